-- Vendors with two confirmed bookings for one day. The unique index forbids them; this does not rely on it.
SELECT count(*) FROM (SELECT FROM bookings WHERE status = 1 GROUP BY vendor_id, event_date HAVING count(*) > 1) twice
