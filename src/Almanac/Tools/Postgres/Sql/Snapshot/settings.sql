-- Texts may hold passwords (primary_conninfo, archive_command, an application's own settings): only those listed are read.
-- What this session set for itself (sources client and session) says nothing about the server.
select name, setting, unit, context, source, boot_val, pending_restart
from pg_catalog.pg_settings
where source not in ('client', 'session')
  and (
    vartype <> 'string'
    or name in (
      'default_table_access_method', 'default_tablespace', 'lc_collate', 'lc_ctype', 'listen_addresses', 'server_version',
      'session_preload_libraries', 'shared_preload_libraries', 'synchronous_standby_names', 'temp_tablespaces', 'TimeZone'
    )
  )
  and (
    source <> 'default'
    or name like 'autovacuum%'
    or name like 'vacuum_cost%'
    or name like 'max\_parallel%'
    or name like 'bgwriter%'
    or name in (
      'checkpoint_completion_target', 'checkpoint_timeout', 'default_statistics_target', 'effective_cache_size',
      'effective_io_concurrency', 'fsync', 'full_page_writes', 'hash_mem_multiplier', 'huge_pages',
      'idle_in_transaction_session_timeout', 'jit', 'jit_above_cost', 'maintenance_work_mem', 'max_connections', 'max_wal_senders',
      'max_wal_size', 'max_worker_processes', 'min_wal_size', 'parallel_setup_cost', 'parallel_tuple_cost', 'random_page_cost',
      'seq_page_cost', 'shared_buffers', 'shared_preload_libraries', 'statement_timeout', 'synchronous_commit', 'temp_buffers',
      'track_io_timing', 'wal_buffers', 'wal_compression', 'wal_level', 'work_mem'
    )
  )
