-- The setting's last line in postgresql.auto.conf, and what the server says against it.
SELECT f.setting, f.applied, f.error
FROM pg_file_settings f
WHERE f.sourcefile LIKE '%/postgresql.auto.conf' AND lower(f.name) = lower(@name)
ORDER BY f.seqno DESC
LIMIT 1
