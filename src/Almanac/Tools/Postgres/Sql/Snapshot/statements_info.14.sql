select stats_reset, dealloc
from pg_stat_statements_info
