-- Connected standbys with the slot that each uses, then slots that nobody uses; both hold write-ahead log back.
with here as (
  select case when pg_is_in_recovery()
    then coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())
    else pg_current_wal_lsn()
  end as lsn
)
select
  coalesce(nullif(r.application_name, ''), s.slot_name::text, 'pid ' || r.pid),
  coalesce(r.state, 'unused slot'),
  greatest(coalesce(pg_wal_lsn_diff(here.lsn, coalesce(r.replay_lsn, s.restart_lsn)), 0), 0)::int8,
  extract(epoch from r.replay_lag)::float8,
  greatest(coalesce(pg_wal_lsn_diff(here.lsn, s.restart_lsn), 0), 0)::int8
from here
cross join (pg_catalog.pg_stat_replication r full join pg_catalog.pg_replication_slots s on s.active_pid = r.pid)
