select oid::int8, schema, name, bytes, row_estimate, seq_scans, seq_rows, index_scans, inserts, updates, hot_updates,
  deletes, live_rows, dead_rows, last_vacuum, last_analyze, frozen_xid_age
from (
  select distinct on (oid) *
  from almanac.observe_relation
  where target_id = @target_id and taken_at between @full_at and @taken_at
  order by oid, taken_at desc
) r
where not gone
