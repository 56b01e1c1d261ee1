-- User tables, partitioned tables and materialised views; nothing of the system, of Almanac, of extensions, nothing temporary.
select c.oid,
       n.nspname as schema,
       c.relname as name,
       c.relkind::text as kind,
       i.inhparent as parent_oid,
       c.reltuples::float8 as row_estimate,
       c.relpages as page_estimate,
       case when c.relkind = 'p' then 0 else pg_relation_size(c.oid) / current_setting('block_size')::bigint end as pages,
       case when c.relpages > 0 then least(1, c.relallvisible::float8 / c.relpages) else 0 end as all_visible,
       coalesce(c.reloptions, '{}') as options,
       pg_get_userbyid(c.relowner) as owner,
       pg_stat_get_live_tuples(c.oid) as live_rows
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
left join pg_inherits i on i.inhrelid = c.oid and c.relispartition
where c.relkind in ('r', 'p', 'm')
  and c.relpersistence <> 't'
  and n.nspname not in ('pg_catalog', 'information_schema', 'almanac')
  and n.nspname !~ '^pg_(toast|temp)'
  and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
order by c.oid
