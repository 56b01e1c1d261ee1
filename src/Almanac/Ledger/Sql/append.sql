insert into almanac.ledger_entry (sequence, at, kind, target, change_id, actor, payload, previous_hash, hash)
values (@sequence, @at, @kind, @target, @change_id, @actor, @payload, @previous_hash, @hash)
