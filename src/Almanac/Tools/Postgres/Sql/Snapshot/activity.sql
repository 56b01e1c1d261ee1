-- Client sessions of this database, Almanac's own left out.
select
  count(*) filter (where state = 'active')::int,
  count(*) filter (where state = 'idle')::int,
  count(*) filter (where state like 'idle in transaction%')::int,
  count(*) filter (where wait_event_type = 'Lock')::int,
  coalesce(extract(epoch from clock_timestamp() - min(xact_start)), 0)::float8
from pg_catalog.pg_stat_activity
where datname = current_database()
  and backend_type = 'client backend'
  and application_name not like 'almanac/%'
