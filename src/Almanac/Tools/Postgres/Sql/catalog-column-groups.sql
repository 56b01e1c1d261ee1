-- Extended statistics of kind ndistinct: {"1, 2": 34} maps column numbers to distinct combinations.
select c.oid as table_oid, s.n_distinct::text as combinations
from pg_stats_ext s
join pg_namespace n on n.nspname = s.schemaname
join pg_class c on c.relnamespace = n.oid and c.relname = s.tablename
where s.n_distinct is not null
  and s.inherited = (c.relkind = 'p')
  and n.nspname not in ('pg_catalog', 'information_schema', 'almanac')
