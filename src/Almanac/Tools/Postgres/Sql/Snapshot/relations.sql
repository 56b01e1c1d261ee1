-- A size takes a lock on its relation; where somebody holds or awaits an exclusive one, the planner's page count must do.
with locked as (
  select distinct relation from pg_catalog.pg_locks where locktype = 'relation' and mode = 'AccessExclusiveLock'
)
select
  c.oid,
  n.nspname::text,
  c.relname::text,
  case when c.oid in (select relation from locked)
    then c.relpages::int8 * current_setting('block_size')::int8
    else coalesce(pg_table_size(c.oid), 0)
  end,
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
