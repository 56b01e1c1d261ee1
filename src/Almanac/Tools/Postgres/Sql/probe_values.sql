-- A column's most common values and histogram bounds, as text; a partitioned parent has them for the whole tree.
SELECT s.most_common_vals::text::text[] AS common, s.histogram_bounds::text::text[] AS bounds
FROM pg_stats s
WHERE s.schemaname = @schema AND s.tablename = @table AND s.attname = @column
ORDER BY s.inherited DESC
LIMIT 1
