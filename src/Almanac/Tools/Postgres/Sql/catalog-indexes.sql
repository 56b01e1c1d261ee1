-- Indexes of the user tables: keys in order, what they serve, how often they were scanned.
select x.indexrelid as oid,
       x.indrelid as table_oid,
       n.nspname as schema,
       c.relname as name,
       pg_get_indexdef(x.indexrelid) as definition,
       m.amname as access_method,
       k.keys,
       coalesce(k.included, '{}') as included,
       pg_get_expr(x.indpred, x.indrelid) as predicate,
       x.indclass::text || ' ' || x.indcollation::text as operator_classes,
       coalesce(k.all_default, true) as default_operator_classes,
       x.indisunique as is_unique,
       x.indisprimary as is_primary,
       x.indisvalid and x.indisready as is_valid,
       x.indisprimary or x.indisexclusion or x.indisreplident or x.indisclustered
         or exists (select from pg_constraint t where t.conindid = x.indexrelid) as backs_constraint,
       h.inhparent as parent_oid,
       case when c.relkind = 'I' then 0 else pg_relation_size(c.oid) end as bytes,
       coalesce(pg_stat_get_numscans(c.oid), 0) as scans
from pg_index x
join pg_class c on c.oid = x.indexrelid
join pg_class t on t.oid = x.indrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_am m on m.oid = c.relam
left join pg_inherits h on h.inhrelid = c.oid
cross join lateral (
  select array_agg(
           case when u.attnum = 0 and left(pg_get_indexdef(x.indexrelid, u.n::int, false), 1) <> '('
                then '(' || pg_get_indexdef(x.indexrelid, u.n::int, false) || ')'
                else pg_get_indexdef(x.indexrelid, u.n::int, false) end
           || case x.indoption[u.n - 1] & 3 when 1 then ' DESC NULLS LAST' when 2 then ' NULLS FIRST' when 3 then ' DESC' else '' end
           order by u.n) filter (where u.n <= x.indnkeyatts) as keys,
         array_agg(pg_get_indexdef(x.indexrelid, u.n::int, false) order by u.n) filter (where u.n > x.indnkeyatts) as included,
         bool_and(o.opcdefault and x.indcollation[u.n - 1] in (0, coalesce(a.attcollation, x.indcollation[u.n - 1]))) filter (where u.n <= x.indnkeyatts) as all_default
  from unnest(x.indkey::int2[]) with ordinality u(attnum, n)
  left join pg_opclass o on o.oid = x.indclass[u.n - 1] and u.n <= x.indnkeyatts
  left join pg_attribute a on a.attrelid = x.indrelid and a.attnum = u.attnum and u.attnum > 0
) k
where t.relkind in ('r', 'p', 'm')
  and t.relpersistence <> 't'
  and n.nspname not in ('pg_catalog', 'information_schema', 'almanac')
  and n.nspname !~ '^pg_(toast|temp)'
  and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = t.oid and d.deptype = 'e')
order by x.indexrelid
