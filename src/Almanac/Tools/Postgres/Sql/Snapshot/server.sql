select
  clock_timestamp(),
  pg_is_in_recovery(),
  pg_postmaster_start_time(),
  (select stats_reset from pg_catalog.pg_stat_database where datname = current_database())
