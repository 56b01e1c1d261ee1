select
  count(*)::int,
  coalesce(extract(epoch from clock_timestamp() - min(l.waitstart)), 0)::float8
from pg_catalog.pg_locks l
join pg_catalog.pg_stat_activity a on a.pid = l.pid
where not l.granted
  and a.datname = current_database()
