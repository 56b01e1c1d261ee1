-- Creates several hypothetical indexes at once.
select d.n::int as ordinal, h.indexrelid as oid, h.indexname as name
from unnest(@definitions::text[]) with ordinality d(definition, n)
cross join lateral hypopg_create_index(d.definition) h
order by d.n
