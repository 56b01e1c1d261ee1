insert into almanac.observe_relation (
  target_id, taken_at, oid, gone, schema, name, bytes, row_estimate, seq_scans, seq_rows, index_scans, inserts, updates, hot_updates,
  deletes, live_rows, dead_rows, last_vacuum, last_analyze, frozen_xid_age)
select @target_id, @taken_at, r.oid::oid, r.gone, r.schema, r.name, r.bytes, r.row_estimate, r.seq_scans, r.seq_rows, r.index_scans, r.inserts,
  r.updates, r.hot_updates, r.deletes, r.live_rows, r.dead_rows, r.last_vacuum, r.last_analyze, r.frozen_xid_age
from unnest(
  @oid::int8[], @gone::bool[], @schema::text[], @name::text[], @bytes::int8[], @row_estimate::float8[], @seq_scans::int8[], @seq_rows::int8[],
  @index_scans::int8[], @inserts::int8[], @updates::int8[], @hot_updates::int8[], @deletes::int8[], @live_rows::int8[], @dead_rows::int8[],
  @last_vacuum::timestamptz[], @last_analyze::timestamptz[], @frozen_xid_age::int8[]
) as r (oid, gone, schema, name, bytes, row_estimate, seq_scans, seq_rows, index_scans, inserts, updates, hot_updates,
  deletes, live_rows, dead_rows, last_vacuum, last_analyze, frozen_xid_age)
