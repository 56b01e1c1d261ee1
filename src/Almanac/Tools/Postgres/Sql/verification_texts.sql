SELECT /* almanac */ DISTINCT ON (s.queryid) s.queryid AS query_id, s.query AS text
FROM {schema}.pg_stat_statements(true) s
WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND s.queryid = ANY (@ids)
  AND s.query IS NOT NULL
