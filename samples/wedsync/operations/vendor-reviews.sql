-- What others say of a vendor, newest first.
SELECT r.id, r.stars, r.title, r.body, r.created_at
FROM reviews r
WHERE r.vendor_id = $1
ORDER BY r.created_at DESC
LIMIT 10
