-- The whole file of texts is read by the server, however few are asked for: so they are asked for in bulk, and once.
select queryid, query
from pg_stat_statements(true)
where dbid = (select oid from pg_catalog.pg_database where datname = current_database())
  and queryid = any ($1::int8[])
  and query is not null
