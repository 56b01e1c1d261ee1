-- Bytes of tables (with TOAST and maps) and indexes, and of the database under oid 0. Each size takes a lock on its relation:
-- those on which somebody holds or awaits an exclusive one are left out.
select c.oid, case c.relkind when 'i' then pg_relation_size(c.oid) else pg_table_size(c.oid) end
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'm', 'i')
  and c.relpersistence <> 't'
  and n.nspname not in ('pg_catalog', 'information_schema', 'almanac')
  and n.nspname !~ '^pg_toast'
  and c.oid not in (select relation from pg_catalog.pg_locks where locktype = 'relation' and mode = 'AccessExclusiveLock' and relation is not null)
union all
select 0::oid, pg_database_size(current_database())
