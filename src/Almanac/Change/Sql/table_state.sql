-- May this role build or drop an index on the table, as itself or as the owner?
SELECT t.relkind::text AS kind, t.relpersistence::text AS persistence, o.rolname::text AS owner,
       pg_has_role(t.relowner, 'USAGE') AS acts_as_owner,
       pg_has_role(t.relowner, 'MEMBER') AS may_become_owner,
       has_schema_privilege(t.relowner, n.oid, 'CREATE') AS owner_may_create,
       pg_is_in_recovery() AS standby,
       CASE WHEN t.relkind IN ('r', 'm') THEN pg_relation_size(t.oid) ELSE 0 END AS bytes,
       current_user::text AS role
FROM pg_class t
JOIN pg_namespace n ON n.oid = t.relnamespace
JOIN pg_roles o ON o.oid = t.relowner
WHERE n.nspname = @schema AND t.relname = @table
