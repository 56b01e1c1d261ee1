select sequence, at, kind, target, change_id, actor, payload, previous_hash, hash
from almanac.ledger_entry
where sequence > @after
order by sequence
limit @size
