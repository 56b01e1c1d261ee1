-- A couple's page: each of their bookings with what was paid for it.
SELECT b.id, b.event_date, b.status, v.name, b.price_minor, coalesce(sum(p.amount_minor), 0)::bigint AS paid_minor, b.currency
FROM bookings b
JOIN vendors v ON v.id = b.vendor_id
LEFT JOIN payments p ON p.booking_id = b.id
WHERE b.wedding_id = $1
GROUP BY b.id, v.id
ORDER BY b.id
