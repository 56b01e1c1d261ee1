SELECT format('process %s of role %s%s, since %s', a.pid, a.usename, coalesce(' from ' || host(a.client_addr), ''), to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND l.classid::bigint = (@key::bigint >> 32) AND l.objid::bigint = (@key::bigint & 4294967295) AND l.objsubid = 1
