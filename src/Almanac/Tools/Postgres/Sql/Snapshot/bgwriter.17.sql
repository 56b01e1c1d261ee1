select
  num_timed,
  num_requested,
  buffers_written,
  (select coalesce(sum(writes), 0)::int8 from pg_catalog.pg_stat_io where backend_type = 'client backend' and object = 'relation')
from pg_catalog.pg_stat_checkpointer
