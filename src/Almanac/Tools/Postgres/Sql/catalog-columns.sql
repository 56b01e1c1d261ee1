-- Columns of the user tables with the planner's statistics, as far as the role may read them.
with base_type as (
  select t.oid, coalesce(nullif(t.typbasetype, 0), t.oid) as base from pg_type t
),
btree as (
  select o.opcintype, o.opcfamily, o.opcdefault
  from pg_opclass o
  join pg_am m on m.oid = o.opcmethod and m.amname = 'btree'
  where o.opcdefault
)
select a.attrelid as table_oid,
       a.attnum as number,
       a.attname as name,
       format_type(a.atttypid, a.atttypmod) as type,
       a.attlen as type_length,
       a.attalign::text as type_align,
       a.attnotnull as not_null,
       bt.typcategory::text as type_category,
       op.opcfamily is not null as b_treeable,
       coalesce(dedup.possible, false) and coalesce(co.collisdeterministic, true) as deduplicates,
       s.n_distinct::float8 as n_distinct,
       s.null_frac::float8 as null_fraction,
       s.avg_width as average_width,
       s.correlation::float8 as correlation,
       s.most_common_freqs::float8[] as frequencies
from pg_attribute a
join pg_class c on c.oid = a.attrelid
join pg_namespace n on n.oid = c.relnamespace
join base_type b on b.oid = a.atttypid
join pg_type bt on bt.oid = b.base
left join pg_collation co on co.oid = a.attcollation
left join lateral (
  -- Types without an operator class of their own borrow one: varchar from text, enums, arrays and ranges from the any... types.
  select o.opcfamily, o.opcintype
  from btree o
  where o.opcintype = case
    when bt.typtype = 'e' then 'anyenum'::regtype
    when bt.typtype = 'r' then 'anyrange'::regtype
    when bt.typtype = 'm' then 'anymultirange'::regtype
    when bt.typname = 'varchar' then 'text'::regtype
    when bt.typcategory = 'A' and bt.typelem <> 0 then 'anyarray'::regtype
    else bt.oid end
  limit 1
) op on true
left join lateral (
  select true as possible from pg_amproc p
  where p.amprocfamily = op.opcfamily and p.amproclefttype = op.opcintype and p.amprocnum = 4
  limit 1
) dedup on true
left join pg_stats s
  on s.schemaname = n.nspname and s.tablename = c.relname and s.attname = a.attname and s.inherited = (c.relkind = 'p')
where a.attnum > 0
  and not a.attisdropped
  and c.relkind in ('r', 'p', 'm')
  and c.relpersistence <> 't'
  and n.nspname not in ('pg_catalog', 'information_schema', 'almanac')
  and n.nspname !~ '^pg_(toast|temp)'
order by a.attrelid, a.attnum
