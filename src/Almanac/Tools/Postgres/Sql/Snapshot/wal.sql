-- PostgreSQL 13 counts no records; the position in the log is the number of bytes written so far.
select
  0::int8,
  pg_wal_lsn_diff(case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end, '0/0')::int8
