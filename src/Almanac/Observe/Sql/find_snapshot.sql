-- The newest snapshot in the interval, and the last full one up to it.
select s.target_id, s.taken_at, s.header, f.taken_at as full_at
from almanac.observe_snapshot s
join almanac.observe_target t on t.id = s.target_id
cross join lateral (
  select taken_at
  from almanac.observe_snapshot f
  where f.target_id = s.target_id and f.taken_at <= s.taken_at and f.full_set
  order by taken_at desc
  limit 1
) f
where t.system_identifier = @system_identifier
  and t.database = @database
  and s.taken_at >= @from
  and s.taken_at <= @to
order by s.taken_at desc
limit 1
