-- The four roles of Almanac, each with no more than its work needs. Run this as a superuser (psql -f), once in every database
-- that Almanac looks after; it can be run again. Passwords are not set here: use \password in psql, or certificates.
--   almanac_monitor   reads statistics                      observe, status, doctor
--   almanac_advisor   + reads tables (EXPLAIN, what-if)     advise, tune
--   almanac_operator  + acts as the tables' owners, changes chosen settings   tune --apply, change apply
--   almanac_recover   replication and backup                recover

DO $roles$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['almanac_monitor', 'almanac_advisor', 'almanac_operator', 'almanac_recover'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
      EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT 5', name);
    END IF;
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), name);
    EXECUTE format('ALTER ROLE %I SET lock_timeout = ''3s''', name);
  END LOOP;
END
$roles$;

-- Observing must never weigh on the server: a statement of the monitor ends after five seconds.
ALTER ROLE almanac_monitor SET statement_timeout = '5s';
ALTER ROLE almanac_advisor SET statement_timeout = '30s';

CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
CREATE EXTENSION IF NOT EXISTS hypopg;

GRANT pg_monitor TO almanac_monitor, almanac_advisor, almanac_operator;

-- The advisor plans the statements that were observed, so it must be allowed to select what they select.
DO $reading$
DECLARE
  schema text;
BEGIN
  IF current_setting('server_version_num')::int >= 140000 THEN
    GRANT pg_read_all_data TO almanac_advisor, almanac_operator;
  ELSE
    FOR schema IN SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema' LOOP
      EXECUTE format('GRANT USAGE ON SCHEMA %I TO almanac_advisor, almanac_operator', schema);
      EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO almanac_advisor, almanac_operator', schema);
    END LOOP;
  END IF;
END
$reading$;

-- PostgreSQL lets only a table's owner build and drop its indexes; a superuser's tables stay out of reach.
DO $owners$
DECLARE
  owner name;
BEGIN
  FOR owner IN
    SELECT DISTINCT r.rolname
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_roles r ON r.oid = c.relowner
    WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT LIKE 'pg\_%' AND n.nspname NOT IN ('information_schema', 'almanac')
      AND NOT r.rolsuper AND r.rolname NOT LIKE 'almanac\_%'
  LOOP
    EXECUTE format('GRANT %I TO almanac_operator', owner);
  END LOOP;
END
$owners$;

-- The settings that proposals may change; from PostgreSQL 15 on this is a right of its own.
DO $settings$
BEGIN
  IF current_setting('server_version_num')::int >= 150000 THEN
    GRANT SET, ALTER SYSTEM ON PARAMETER
      work_mem, maintenance_work_mem, effective_cache_size, random_page_cost, effective_io_concurrency,
      max_wal_size, checkpoint_timeout, checkpoint_completion_target, track_io_timing, default_statistics_target,
      shared_buffers, wal_compression, jit, autovacuum_vacuum_scale_factor
    TO almanac_operator;
  END IF;
END
$settings$;
GRANT EXECUTE ON FUNCTION pg_reload_conf() TO almanac_operator;
GRANT pg_signal_backend TO almanac_operator;

-- History and ledger live in schema almanac, in this database or in another one (--store). Its owner creates it at the first use.
DO $store$
BEGIN
  EXECUTE format('GRANT CREATE ON DATABASE %I TO almanac_operator', current_database());
END
$store$;

-- Who approves is a person's role of its own; once the schema almanac exists, it needs no more than this:
--   GRANT USAGE ON SCHEMA almanac TO somebody;
--   GRANT SELECT ON ALL TABLES IN SCHEMA almanac TO somebody;
--   GRANT INSERT ON almanac.ledger_entry TO somebody;
-- and who may break the glass is a member of: CREATE ROLE almanac_breakglass NOLOGIN;

ALTER ROLE almanac_recover REPLICATION;
DO $backup$
BEGIN
  IF current_setting('server_version_num')::int >= 150000 THEN
    GRANT EXECUTE ON FUNCTION pg_backup_start(text, boolean) TO almanac_recover;
    GRANT EXECUTE ON FUNCTION pg_backup_stop(boolean) TO almanac_recover;
  ELSE
    GRANT EXECUTE ON FUNCTION pg_start_backup(text, boolean, boolean) TO almanac_recover;
    GRANT EXECUTE ON FUNCTION pg_stop_backup(boolean, boolean) TO almanac_recover;
  END IF;
  GRANT EXECUTE ON FUNCTION pg_create_restore_point(text) TO almanac_recover;
  GRANT EXECUTE ON FUNCTION pg_switch_wal() TO almanac_recover;
END
$backup$;
