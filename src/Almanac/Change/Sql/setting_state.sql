-- One setting as a new session sees it; @name is lower case.
SELECT s.name, s.setting, s.unit, s.context, s.vartype, s.source, s.sourcefile, s.reset_val, s.pending_restart,
       pg_is_in_recovery() AS standby,
       has_function_privilege('pg_reload_conf()', 'EXECUTE') AS may_reload,
       pg_has_role('pg_read_all_settings', 'USAGE') AS sees_sources,
       has_function_privilege('pg_show_all_file_settings()', 'EXECUTE') AS sees_files,
       (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user) AS superuser,
       (SELECT string_agg(DISTINCT CASE WHEN d.setdatabase = 0 THEN 'role ' || r.rolname
                                        WHEN d.setrole = 0 THEN 'database ' || b.datname
                                        ELSE 'role ' || r.rolname || ' in database ' || b.datname END, ', ')
        FROM pg_db_role_setting d
        LEFT JOIN pg_roles r ON r.oid = d.setrole
        LEFT JOIN pg_database b ON b.oid = d.setdatabase
        WHERE EXISTS (SELECT FROM unnest(d.setconfig) c WHERE lower(split_part(c, '=', 1)) = lower(s.name))) AS overridden_for
FROM pg_settings s
WHERE lower(s.name) = lower(@name)
