insert into almanac.observe_text (target_id, query_id, text, last_seen)
select @target_id, t.query_id, t.text, @day::date
from unnest(@query_id::int8[], @text::text[]) as t (query_id, text)
on conflict (target_id, query_id) do update
set last_seen = excluded.last_seen, text = coalesce(excluded.text, observe_text.text)
where observe_text.last_seen < excluded.last_seen or observe_text.text is null
