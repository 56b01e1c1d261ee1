select
  c.oid,
  i.indrelid,
  c.relname::text,
  c.relpages,
  pg_stat_get_numscans(c.oid),
  i.indisvalid
from pg_catalog.pg_index i
join pg_catalog.pg_class c on c.oid = i.indexrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'i'
  and c.relpersistence <> 't'
  and n.nspname not in ('pg_catalog', 'information_schema', 'almanac')
  and n.nspname !~ '^pg_toast'
