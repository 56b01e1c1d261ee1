-- Counters of this database's statements; @schema is where pg_stat_statements lives.
SELECT /* almanac */
       s.userid AS user_id, s.queryid AS query_id, s.toplevel AS top_level, s.calls, s.total_exec_time AS total_ms,
       s.stddev_exec_time AS std_dev_ms, s.rows, s.shared_blks_hit AS shared_hit, s.shared_blks_read AS shared_read,
       s.shared_blks_dirtied AS shared_dirtied, s.temp_blks_read AS temp_read, s.temp_blks_written AS temp_written,
       s.wal_bytes::bigint AS wal_bytes
FROM {schema}.pg_stat_statements(false) s
WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND s.queryid IS NOT NULL
  AND s.calls > 0
