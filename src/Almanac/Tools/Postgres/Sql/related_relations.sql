-- The names under which a statement can reach a table: itself, its partitions, its parents, and the views over any of them.
WITH RECURSIVE up AS (
    SELECT c.oid
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = @schema AND c.relname = @table
    UNION
    SELECT i.inhparent FROM pg_inherits i JOIN up ON up.oid = i.inhrelid
), family AS (
    SELECT oid FROM up
    UNION
    SELECT i.inhrelid FROM pg_inherits i JOIN family f ON f.oid = i.inhparent
), reach AS (
    SELECT oid FROM family
    UNION
    SELECT r.ev_class
    FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid AND d.classid = 'pg_rewrite'::regclass
    JOIN reach ON d.refclassid = 'pg_class'::regclass AND d.refobjid = reach.oid
)
SELECT DISTINCT c.relname::text FROM reach JOIN pg_class c ON c.oid = reach.oid
