insert into almanac.observe_snapshot (target_id, taken_at, full_set, header)
values (@target_id, @taken_at, @full_set, @header)
on conflict do nothing
