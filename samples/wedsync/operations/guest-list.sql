-- The guest list of a wedding.
SELECT g.id, g.name, g.party, g.rsvp, g.diet
FROM guests g
WHERE g.wedding_id = $1
ORDER BY g.name
