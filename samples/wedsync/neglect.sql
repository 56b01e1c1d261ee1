-- The state of a grown, neglected database: run after the load, statement by statement (psql does; one of them fails, on purpose).
-- What is missing altogether, the secondary indexes that the application needs, cannot be seen here: nobody ever made them.

-- A duplicate: somebody did not know that the unique constraint has an index.
CREATE INDEX payments_by_key ON payments (idempotency_key);

-- Covered by a prefix: the second one answers all that the first one does.
CREATE INDEX weddings_by_couple ON weddings (couple_id);
CREATE INDEX weddings_by_couple_and_date ON weddings (couple_id, event_date);

-- Never used: made for a report that is long gone, paid for with every new guest.
CREATE INDEX guests_by_diet ON guests (diet, locale);

-- The invalid leftover of a concurrent build that failed: some couples signed up twice.
CREATE UNIQUE INDEX CONCURRENTLY couples_email_unique ON couples (email);

-- Vacuum was switched off "for the migration", then the relay rewrote the outbox a few times.
ALTER TABLE outbox SET (autovacuum_enabled = off);
UPDATE outbox SET published_at = created_at;
UPDATE outbox SET payload = payload || '{"relay": 1}';
UPDATE outbox SET payload = payload || '{"relay": 2}';
DELETE FROM outbox WHERE id % 4 = 0;

-- Settings from a blog of another decade.
ALTER SYSTEM SET work_mem = '1MB';
ALTER SYSTEM SET max_wal_size = '64MB';
ALTER SYSTEM SET autovacuum_vacuum_scale_factor = 0.9;
SELECT pg_reload_conf();
