select oid::int8, table_oid::int8, name, bytes, scans, valid
from (
  select distinct on (oid) *
  from almanac.observe_index
  where target_id = @target_id and taken_at between @full_at and @taken_at
  order by oid, taken_at desc
) i
where not gone
