-- Foreign keys of the user tables with the referencing columns in order.
select k.conrelid as table_oid,
       k.confrelid as referenced_table_oid,
       array(select a.attname::text
             from unnest(k.conkey) with ordinality u(attnum, n)
             join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.attnum
             order by u.n) as columns
from pg_constraint k
join pg_class c on c.oid = k.conrelid
join pg_namespace n on n.oid = c.relnamespace
where k.contype = 'f'
  and n.nspname not in ('pg_catalog', 'information_schema', 'almanac')
  and n.nspname !~ '^pg_(toast|temp)'
order by k.oid
