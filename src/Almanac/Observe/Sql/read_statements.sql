select user_id::int8, query_id, top_level, calls, total_ms, std_dev_ms, rows,
  shared_hit, shared_read, shared_dirtied, temp_read, temp_written, wal_bytes
from (
  select distinct on (user_id, query_id, top_level) *
  from almanac.observe_statement
  where target_id = @target_id and taken_at between @full_at and @taken_at
  order by user_id, query_id, top_level, taken_at desc
) s
where not gone
