select wal_records, wal_bytes::int8
from pg_catalog.pg_stat_wal
