-- One row: what a server and the connected role offer to Almanac.
select
  current_setting('server_version_num')::int as version_number,
  current_setting('server_version') as version,
  current_user::text as role,
  current_database()::text as database,
  pg_is_in_recovery() as in_recovery,
  clock_timestamp() as server_time,
  current_setting('data_checksums') = 'on' as checksums,
  current_setting('track_io_timing') = 'on' as track_io_timing,
  coalesce(current_setting('compute_query_id', true), 'auto') as compute_query_id,
  coalesce(current_setting('pg_stat_statements.track', true), 'top') as statements_track,
  (select e.installed_version from pg_available_extensions e where e.name = 'pg_stat_statements') is not null as statements_installed,
  exists (select from pg_available_extensions e where e.name = 'pg_stat_statements') as statements_available,
  -- This setting is defined by the preloaded library only.
  exists (select from pg_settings s where s.name = 'pg_stat_statements.max') as statements_preloaded,
  (select e.installed_version from pg_available_extensions e where e.name = 'hypopg') is not null as hypopg_installed,
  exists (select from pg_available_extensions e where e.name = 'hypopg') as hypopg_available,
  (select s.setting from pg_settings s where s.name = 'shared_preload_libraries') as preloaded_libraries,
  r.rolsuper as superuser,
  r.rolreplication as replication,
  coalesce(pg_has_role('pg_monitor', 'usage'), false) as monitors,
  t.tables, t.readable, t.owned, t.unreadable_example, t.owner_example,
  array_remove(array[
    case when r.rolcreaterole then 'CREATEROLE' end,
    case when r.rolcreatedb then 'CREATEDB' end,
    case when r.rolbypassrls then 'BYPASSRLS' end,
    case when pg_has_role('pg_execute_server_program', 'member') then 'pg_execute_server_program' end,
    case when pg_has_role('pg_write_server_files', 'member') then 'pg_write_server_files' end,
    case when pg_has_role('pg_read_server_files', 'member') then 'pg_read_server_files' end,
    case when coalesce(pg_has_role(to_regrole('pg_write_all_data')::oid, 'member'), false) then 'pg_write_all_data' end
  ], null) as excess
from pg_roles r
cross join lateral (
  select
    count(*) as tables,
    count(*) filter (where c.readable) as readable,
    count(*) filter (where c.owned) as owned,
    min(c.name) filter (where not c.readable) as unreadable_example,
    min(c.owner) filter (where not c.owned) as owner_example
  from (
    select
      k.oid::regclass::text as name,
      pg_get_userbyid(k.relowner)::text as owner,
      has_schema_privilege(k.relnamespace, 'usage') and has_table_privilege(k.oid, 'select') as readable,
      pg_has_role(k.relowner, 'usage') as owned
    from pg_class k
    join pg_namespace n on n.oid = k.relnamespace
    where k.relkind in ('r', 'p', 'm')
      and n.nspname not in ('pg_catalog', 'information_schema', 'almanac')
      and n.nspname not like 'pg\_%'
  ) c
) t
where r.rolname = current_user;
