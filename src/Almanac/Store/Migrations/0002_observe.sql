-- Observations: cumulative counters as the server keeps them, a row only where one changed since the snapshot before; every
-- snapshot that is marked full holds them all, so any moment can be put together from the last full one on. Partitions are UTC days.
create table almanac.observe_target (
  id                int  generated always as identity primary key,
  system_identifier text not null,
  database          text not null,
  unique (system_identifier, database)
);

create table almanac.observe_snapshot (
  target_id int         not null references almanac.observe_target,
  taken_at  timestamptz not null,
  full_set  boolean     not null,
  header    text        not null,
  primary key (target_id, taken_at)
) partition by range (taken_at);

create table almanac.observe_statement (
  target_id      int         not null,
  taken_at       timestamptz not null,
  user_id        oid         not null,
  query_id       bigint      not null,
  top_level      boolean     not null,
  gone           boolean     not null,
  calls          bigint      not null,
  total_ms       float8      not null,
  std_dev_ms     float8      not null,
  rows           bigint      not null,
  shared_hit     bigint      not null,
  shared_read    bigint      not null,
  shared_dirtied bigint      not null,
  temp_read      bigint      not null,
  temp_written   bigint      not null,
  wal_bytes      bigint      not null
) partition by range (taken_at);

create index on almanac.observe_statement (target_id, taken_at);

create table almanac.observe_relation (
  target_id      int         not null,
  taken_at       timestamptz not null,
  oid            oid         not null,
  gone           boolean     not null,
  schema         text        not null,
  name           text        not null,
  bytes          bigint      not null,
  row_estimate   float8      not null,
  seq_scans      bigint      not null,
  seq_rows       bigint      not null,
  index_scans    bigint      not null,
  inserts        bigint      not null,
  updates        bigint      not null,
  hot_updates    bigint      not null,
  deletes        bigint      not null,
  live_rows      bigint      not null,
  dead_rows      bigint      not null,
  last_vacuum    timestamptz,
  last_analyze   timestamptz,
  frozen_xid_age bigint      not null
) partition by range (taken_at);

create index on almanac.observe_relation (target_id, taken_at);

create table almanac.observe_index (
  target_id int         not null,
  taken_at  timestamptz not null,
  oid       oid         not null,
  gone      boolean     not null,
  table_oid oid         not null,
  name      text        not null,
  bytes     bigint      not null,
  scans     bigint      not null,
  valid     boolean     not null
) partition by range (taken_at);

create index on almanac.observe_index (target_id, taken_at);

-- Redacted texts, once for each statement; null marks Almanac's own.
create table almanac.observe_text (
  target_id int    not null references almanac.observe_target,
  query_id  bigint not null,
  text      text,
  last_seen date   not null,
  primary key (target_id, query_id)
);

create function almanac.observe_prepare(day date) returns void language plpgsql
set search_path = pg_catalog, pg_temp as $$
declare
  word text;
begin
  foreach word in array array['snapshot', 'statement', 'relation', 'index'] loop
    execute format(
      'create table if not exists almanac.%I partition of almanac.%I for values from (%L) to (%L)',
      'observe_' || word || '_p' || to_char(day, 'YYYYMMDD'),
      'observe_' || word,
      day::timestamp at time zone 'UTC',
      (day + 1)::timestamp at time zone 'UTC');
  end loop;
end
$$;

-- Drops the days before the given one, and the texts that were not seen since; answers the number of partitions dropped.
create function almanac.observe_expire(oldest date) returns int language plpgsql
set search_path = pg_catalog, pg_temp as $$
declare
  partition regclass;
  dropped   int := 0;
begin
  for partition in
    select i.inhrelid::regclass
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
    where i.inhparent in (
        'almanac.observe_snapshot'::regclass, 'almanac.observe_statement'::regclass,
        'almanac.observe_relation'::regclass, 'almanac.observe_index'::regclass)
      and right(c.relname, 8) < to_char(oldest, 'YYYYMMDD')
  loop
    execute 'drop table ' || partition;
    dropped := dropped + 1;
  end loop;
  delete from almanac.observe_text where last_seen < oldest;
  return dropped;
end
$$;
