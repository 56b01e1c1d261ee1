-- Takes one payment for a booking exactly once, never beyond its price, and answers what is still open for the wedding.
-- What was paid before is summed, not trusted.
WITH paid AS (
  SELECT coalesce(sum(p.amount_minor), 0)::bigint AS before_minor
  FROM payments p
  WHERE p.booking_id = $2
), owed AS (
  SELECT coalesce(sum(o.price_minor - o.paid_minor), 0)::bigint AS open_minor
  FROM bookings o
  WHERE o.wedding_id = $3 AND o.confirmed
), payment AS (
  INSERT INTO payments (booking_id, idempotency_key, amount_minor, currency, method)
  SELECT b.id, $1, $4, b.currency, $5
  FROM bookings b CROSS JOIN paid
  WHERE b.id = $2 AND b.price_minor >= paid.before_minor + $4
  ON CONFLICT DO NOTHING
  RETURNING id, booking_id, amount_minor, currency, method
), booking AS (
  UPDATE bookings b SET paid_minor = b.paid_minor + payment.amount_minor
  FROM payment
  WHERE b.id = payment.booking_id
), told AS (
  INSERT INTO outbox (topic, entity_id, payload)
  SELECT 'payment.received', payment.id, to_jsonb(payment) FROM payment
)
SELECT payment.id, paid.before_minor + payment.amount_minor AS paid_minor, owed.open_minor - payment.amount_minor AS open_minor
FROM payment CROSS JOIN paid CROSS JOIN owed
