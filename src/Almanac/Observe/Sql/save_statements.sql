insert into almanac.observe_statement (
  target_id, taken_at, user_id, query_id, top_level, gone, calls, total_ms, std_dev_ms, rows,
  shared_hit, shared_read, shared_dirtied, temp_read, temp_written, wal_bytes)
select @target_id, @taken_at, s.user_id::oid, s.query_id, s.top_level, s.gone, s.calls, s.total_ms, s.std_dev_ms, s.rows,
  s.shared_hit, s.shared_read, s.shared_dirtied, s.temp_read, s.temp_written, s.wal_bytes
from unnest(
  @user_id::int8[], @query_id::int8[], @top_level::bool[], @gone::bool[], @calls::int8[], @total_ms::float8[], @std_dev_ms::float8[], @rows::int8[],
  @shared_hit::int8[], @shared_read::int8[], @shared_dirtied::int8[], @temp_read::int8[], @temp_written::int8[], @wal_bytes::int8[]
) as s (user_id, query_id, top_level, gone, calls, total_ms, std_dev_ms, rows,
  shared_hit, shared_read, shared_dirtied, temp_read, temp_written, wal_bytes)
