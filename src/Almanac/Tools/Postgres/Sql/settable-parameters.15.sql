-- The settings that the connected role may change by ALTER SYSTEM (from PostgreSQL 15 on a right of its own).
select s.name
from pg_settings s
where s.context in ('user', 'superuser', 'sighup', 'backend', 'superuser-backend', 'postmaster')
  and has_parameter_privilege(s.name, 'alter system')
order by s.name;
