-- Back office: the year's bookings ranked by value inside each month. Sorts all of them: more than a small work_mem holds.
SELECT m.month, m.vendor_id, m.price_minor
FROM (
  SELECT date_trunc('month', b.event_date::timestamp) AS month, b.vendor_id, b.price_minor,
         row_number() OVER (PARTITION BY date_trunc('month', b.event_date::timestamp) ORDER BY b.price_minor DESC) AS place
  FROM bookings b
  WHERE b.event_date >= $1 AND b.event_date < $2 AND b.confirmed
) m
WHERE m.place <= 3
