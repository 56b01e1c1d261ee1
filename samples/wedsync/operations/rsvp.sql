-- A guest answers the invitation; he gives his name, he has no account.
UPDATE guests SET rsvp = $3, answered_at = now()
WHERE wedding_id = $1 AND name = $2
