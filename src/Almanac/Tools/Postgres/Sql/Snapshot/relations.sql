-- The pages are the planner's count, as of the last VACUUM, ANALYZE or rebuild; sizes.sql reads exact sizes.
select
  c.oid,
  n.nspname::text,
  c.relname::text,
  c.relpages,
  greatest(c.reltuples, 0)::float8,
  pg_stat_get_numscans(c.oid),
  pg_stat_get_tuples_returned(c.oid),
  pg_stat_get_tuples_inserted(c.oid),
  pg_stat_get_tuples_updated(c.oid),
  pg_stat_get_tuples_hot_updated(c.oid),
  pg_stat_get_tuples_deleted(c.oid),
  pg_stat_get_live_tuples(c.oid),
  pg_stat_get_dead_tuples(c.oid),
  greatest(pg_stat_get_last_vacuum_time(c.oid), pg_stat_get_last_autovacuum_time(c.oid)),
  greatest(pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid)),
  age(c.relfrozenxid)::int8
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'm')
  and c.relpersistence <> 't'
  and n.nspname not in ('pg_catalog', 'information_schema', 'almanac')
  and n.nspname !~ '^pg_toast'
