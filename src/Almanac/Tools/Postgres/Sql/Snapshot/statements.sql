-- pg_stat_statements 1.8 (PostgreSQL 13): no toplevel. Without texts, and only the columns that are kept.
select
  userid, queryid, true, calls, total_exec_time, stddev_exec_time, rows,
  shared_blks_hit, shared_blks_read, shared_blks_dirtied, temp_blks_read, temp_blks_written, wal_bytes
from pg_stat_statements(false)
where dbid = (select oid from pg_catalog.pg_database where datname = current_database())
  and queryid is not null
