create schema if not exists almanac;

create table almanac.schema_version (
  version    int         primary key,
  name       text        not null,
  checksum   text        not null,
  applied_at timestamptz not null default now(),
  applied_by text        not null default session_user
);
