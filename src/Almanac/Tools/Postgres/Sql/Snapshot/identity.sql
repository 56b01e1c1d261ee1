-- Read once a session: what does not change while it lasts, and whether statement statistics can be read.
select
  (select system_identifier::text from pg_catalog.pg_control_system()),
  current_database()::text,
  (select oid from pg_catalog.pg_database where datname = current_database()),
  current_setting('server_version_num')::int,
  current_setting('block_size')::int,
  current_setting('is_superuser') = 'on',
  -- Null unless the library is loaded: an extension that was only created answers every call with an error.
  current_setting('pg_stat_statements.max', true) is not null,
  (select n.nspname::text from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_stat_statements'),
  (select extversion from pg_catalog.pg_extension where extname = 'pg_stat_statements')
