-- Everything that decides whether an index of this name may be built, dropped or adopted; other relations of the name show their kind only.
SELECT n.nspname::text AS schema, c.relname::text AS name, c.relkind::text AS kind,
       tn.nspname::text AS table_schema, t.relname::text AS table,
       coalesce(x.indisvalid AND x.indisready AND x.indislive, false) AS valid,
       coalesce(x.indisunique, false) AS is_unique,
       coalesce(x.indisprimary, false) AS is_primary,
       coalesce(x.indisreplident, false) AS replica_identity,
       coalesce(x.indisclustered, false) AS clustered,
       EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid) AS backs_constraint,
       (SELECT format('%I.%I', pn.nspname, p.relname) FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent
        JOIN pg_namespace pn ON pn.oid = p.relnamespace WHERE i.inhrelid = c.oid) AS parent_index,
       (SELECT s.spcname::text FROM pg_tablespace s WHERE s.oid = c.reltablespace) AS tablespace,
       (SELECT b.pid FROM pg_stat_progress_create_index b WHERE b.index_relid = c.oid LIMIT 1) AS builder,
       CASE WHEN x.indexrelid IS NOT NULL THEN pg_get_indexdef(c.oid) END AS definition,
       CASE WHEN c.relkind = 'i' THEN pg_relation_size(c.oid) ELSE 0 END AS bytes,
       -- Foreign keys of the table whose columns this index leads with, and no other valid index does.
       (SELECT string_agg(k.conname::text, ', ') FROM pg_constraint k
        WHERE k.contype = 'f' AND k.conrelid = x.indrelid
          AND (SELECT array_agg(a ORDER BY a) FROM unnest((x.indkey::int2[])[0:cardinality(k.conkey) - 1]) a) = (SELECT array_agg(a ORDER BY a) FROM unnest(k.conkey) a)
          AND NOT EXISTS (
              SELECT FROM pg_index o
              WHERE o.indrelid = x.indrelid AND o.indexrelid <> x.indexrelid AND o.indisvalid AND o.indpred IS NULL
                AND (SELECT array_agg(a ORDER BY a) FROM unnest((o.indkey::int2[])[0:cardinality(k.conkey) - 1]) a) = (SELECT array_agg(a ORDER BY a) FROM unnest(k.conkey) a)))
           AS supports_foreign_keys
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_index x ON x.indexrelid = c.oid
LEFT JOIN pg_class t ON t.oid = x.indrelid
LEFT JOIN pg_namespace tn ON tn.oid = t.relnamespace
WHERE n.nspname = @schema AND c.relname = @name
