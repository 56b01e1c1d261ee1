-- Tables with an index build under way. The progress view hides rows of others from an unprivileged role; the lock does not:
-- CREATE INDEX CONCURRENTLY holds SHARE UPDATE EXCLUSIVE on its table, a plain one SHARE (so does VACUUM: doubt counts as a build).
select p.relid as table_oid
from pg_stat_progress_create_index p
where p.datname = current_database() and p.relid is not null
union
select l.relation
from pg_locks l
join pg_database d on d.oid = l.database and d.datname = current_database()
where l.locktype = 'relation'
  and l.mode in ('ShareUpdateExclusiveLock', 'ShareLock')
  and l.pid <> pg_backend_pid()
