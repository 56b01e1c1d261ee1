SELECT b.phase, b.blocks_total, b.blocks_done, b.tuples_total, b.tuples_done, b.lockers_total, b.lockers_done, b.current_locker_pid
FROM pg_stat_progress_create_index b
WHERE b.pid = @pid
