-- Bytes of a table with all its partitions.
SELECT (pg_relation_size(t.oid) + coalesce((SELECT sum(pg_relation_size(p.relid)) FROM pg_partition_tree(t.oid) p WHERE p.relid <> t.oid), 0))::bigint
FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE n.nspname = @schema AND t.relname = @table
