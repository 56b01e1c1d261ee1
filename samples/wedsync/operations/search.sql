-- The best vendors of a category in a region that a couple can afford and that are free on their day.
SELECT v.id, v.name, v.city, v.price_from_minor, v.currency, v.rating, v.review_count
FROM vendors v
WHERE v.region = $1
  AND v.category = $2
  AND v.price_from_minor <= $3
  AND v.rating >= $4
  AND v.active
  AND NOT EXISTS (SELECT FROM bookings b WHERE b.vendor_id = v.id AND b.event_date = $5 AND b.confirmed)
  AND NOT EXISTS (SELECT FROM availability a WHERE a.vendor_id = v.id AND a.day = $5)
ORDER BY v.rating DESC, v.review_count DESC, v.id
LIMIT 20
