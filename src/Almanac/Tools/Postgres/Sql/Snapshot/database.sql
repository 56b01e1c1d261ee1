select
  xact_commit, xact_rollback, blks_hit, blks_read, temp_files, temp_bytes, deadlocks
from pg_catalog.pg_stat_database
where datname = current_database()
