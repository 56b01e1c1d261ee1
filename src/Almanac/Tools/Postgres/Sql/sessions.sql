-- The client sessions of this database, the busy ones first; Almanac's own left out.
select
  a.pid,
  coalesce(a.usename, '')::text as role,
  coalesce(a.application_name, '') as application,
  coalesce(host(a.client_addr), 'local') as client,
  coalesce(a.state, '') as state,
  a.wait_event_type || ': ' || a.wait_event as wait,
  extract(epoch from clock_timestamp() - a.state_change)::float8 as state_seconds,
  extract(epoch from clock_timestamp() - a.xact_start)::float8 as transaction_seconds,
  pg_blocking_pids(a.pid) as blocked_by,
  a.query
from pg_stat_activity a
where a.datname = current_database()
  and a.backend_type = 'client backend'
  and a.application_name not like 'almanac/%'
order by a.state = 'active' desc nulls last, a.xact_start nulls last, a.pid
limit 500;
