select sequence, at, kind, target, change_id, actor, payload, previous_hash, hash
from (
  select *
  from almanac.ledger_entry
  where sequence > @after
    and (@target::text is null or target = @target)
    and (@change_id::text is null or change_id = @change_id)
    and (cardinality(@kinds::text[]) = 0 or kind = any (@kinds))
    and (@since::timestamptz is null or at >= @since)
  order by sequence desc
  limit @newest::int
) as newest_first
order by sequence
