-- PostgreSQL 13 does not tell when its statement statistics were reset.
select null::timestamptz, 0::int8
