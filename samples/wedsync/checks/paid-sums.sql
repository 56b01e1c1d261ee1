-- Bookings whose paid amount is not the sum of their payments, or is more than their price.
SELECT count(*)
FROM bookings b
LEFT JOIN (SELECT booking_id, sum(amount_minor) AS paid_minor FROM payments GROUP BY booking_id) p ON p.booking_id = b.id
WHERE b.paid_minor <> coalesce(p.paid_minor, 0) OR b.paid_minor > b.price_minor
