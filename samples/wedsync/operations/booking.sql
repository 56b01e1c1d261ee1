-- Books a vendor for a wedding, unless he is taken (the unique index decides) or the couple's bookings would exceed their budget.
WITH others AS (
  SELECT count(*) AS bookings, coalesce(sum(o.price_minor), 0)::bigint AS committed_minor
  FROM bookings o
  WHERE o.wedding_id = $2 AND o.confirmed
), booked AS (
  INSERT INTO bookings (vendor_id, wedding_id, event_date, status, price_minor, currency)
  SELECT $1, w.id, $3, 1, $4, w.currency
  FROM weddings w CROSS JOIN others
  WHERE w.id = $2 AND w.budget_minor >= others.committed_minor + $4
  ON CONFLICT DO NOTHING
  RETURNING id, vendor_id, wedding_id, event_date, price_minor, currency
), told AS (
  INSERT INTO outbox (topic, entity_id, payload)
  SELECT 'booking.confirmed', booked.id, to_jsonb(booked) FROM booked
)
SELECT booked.id, others.bookings FROM booked CROSS JOIN others
