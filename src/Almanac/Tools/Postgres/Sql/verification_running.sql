-- Calls under way in other sessions; those that wait for a lock are somebody else's delay.
SELECT /* almanac */ a.query_id, extract(epoch FROM clock_timestamp() - a.query_start)::float8 * 1000 AS running_ms
FROM pg_stat_activity a
WHERE a.datname = current_database()
  AND a.state = 'active'
  AND a.pid <> pg_backend_pid()
  AND a.query_id IS NOT NULL
  AND a.wait_event_type IS DISTINCT FROM 'Lock'
  AND a.application_name NOT LIKE 'almanac/%'
