-- Payments that were taken more than once under one key.
SELECT count(*) FROM (SELECT FROM payments GROUP BY idempotency_key HAVING count(*) > 1) twice
