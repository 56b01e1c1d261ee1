with locked as (
  select distinct relation from pg_catalog.pg_locks where locktype = 'relation' and mode = 'AccessExclusiveLock'
)
select
  c.oid,
  i.indrelid,
  c.relname::text,
  case when c.oid in (select relation from locked)
    then c.relpages::int8 * current_setting('block_size')::int8
    else coalesce(pg_relation_size(c.oid), 0)
  end,
  pg_stat_get_numscans(c.oid),
  i.indisvalid
from pg_catalog.pg_index i
join pg_catalog.pg_class c on c.oid = i.indexrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'i'
  and c.relpersistence <> 't'
  and n.nspname not in ('pg_catalog', 'information_schema', 'almanac')
  and n.nspname !~ '^pg_toast'
