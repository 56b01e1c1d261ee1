-- The partitions below a table, parents before children.
SELECT n.nspname::text AS schema, c.relname::text AS name, pn.nspname::text AS parent_schema, p.relname::text AS parent,
       tree.isleaf AS leaf, c.relkind::text AS kind
FROM pg_partition_tree((SELECT t.oid FROM pg_class t JOIN pg_namespace s ON s.oid = t.relnamespace WHERE s.nspname = @schema AND t.relname = @table)) tree
JOIN pg_class c ON c.oid = tree.relid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class p ON p.oid = tree.parentrelid
JOIN pg_namespace pn ON pn.oid = p.relnamespace
ORDER BY tree.level, n.nspname, c.relname
