insert into almanac.observe_index (target_id, taken_at, oid, gone, table_oid, name, bytes, scans, valid)
select @target_id, @taken_at, i.oid::oid, i.gone, i.table_oid::oid, i.name, i.bytes, i.scans, i.valid
from unnest(@oid::int8[], @gone::bool[], @table_oid::int8[], @name::text[], @bytes::int8[], @scans::int8[], @valid::bool[])
  as i (oid, gone, table_oid, name, bytes, scans, valid)
