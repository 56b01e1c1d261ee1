-- Where HypoPG lives, whether this is a standby, and what unqualified names in the observed texts may mean.
select (select n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'hypopg') as hypopg_schema,
       (select count(*) > 0 from pg_available_extensions where name = 'hypopg') as hypopg_available,
       current_setting('server_version_num')::int / 10000 as major_version,
       pg_is_in_recovery() as in_recovery,
       current_setting('search_path') as search_path,
       array(select n.nspname::text
             from pg_namespace n
             where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'almanac', 'public')
               and has_schema_privilege(n.oid, 'usage')
               and exists (select from pg_class c where c.relnamespace = n.oid and c.relkind in ('r', 'p', 'v', 'm'))
             order by n.nspname
             limit 100) as schemas,
       array(select distinct c.relname::text
             from pg_class c
             join pg_namespace n on n.oid = c.relnamespace
             where c.relkind = 'v' and n.nspname not in ('pg_catalog', 'information_schema')) as views
