-- The ledger: append-only, hash-chained. Whoever wants to change a row has to break the chain, the triggers and the grants.
create table almanac.ledger_entry (
  sequence      bigint      primary key,
  at            timestamptz not null,
  kind          text        not null,
  target        text,
  change_id     text,
  actor         text        not null,
  payload       text        not null,
  previous_hash text        not null check (previous_hash ~ '^[0-9a-f]{64}$'),
  hash          text        not null unique check (hash ~ '^[0-9a-f]{64}$')
);

comment on table almanac.ledger_entry is 'What Almanac proposed, was allowed, did and measured. Append-only; verify with: almanac audit verify';

create index ledger_entry_change_id on almanac.ledger_entry (change_id, sequence) where change_id is not null;
create index ledger_entry_target on almanac.ledger_entry (target, sequence);

create function almanac.ledger_refuse() returns trigger language plpgsql
set search_path = pg_catalog as $$
begin
  raise exception 'almanac.ledger_entry is append-only: % is refused', tg_op
    using errcode = 'insufficient_privilege', hint = 'Record a new entry instead.';
end
$$;

-- The actor is who the server authenticated, and a new entry is always the next one.
create function almanac.ledger_admit() returns trigger language plpgsql
set search_path = pg_catalog as $$
declare
  last record;
begin
  if new.actor <> session_user then
    raise exception 'a ledger entry of % cannot be written by %', new.actor, session_user using errcode = 'insufficient_privilege';
  end if;
  select sequence, hash into last from almanac.ledger_entry order by sequence desc limit 1;
  if new.sequence <> coalesce(last.sequence, 0) + 1 or new.previous_hash <> coalesce(last.hash, repeat('0', 64)) then
    raise exception 'ledger entry % does not follow the last one, %', new.sequence, coalesce(last.sequence, 0) using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end
$$;

create trigger ledger_admit before insert on almanac.ledger_entry for each row execute function almanac.ledger_admit();
create trigger ledger_refuse before update or delete or truncate on almanac.ledger_entry for each statement execute function almanac.ledger_refuse();

-- ALWAYS: session_replication_role = replica does not switch them off.
alter table almanac.ledger_entry enable always trigger ledger_admit;
alter table almanac.ledger_entry enable always trigger ledger_refuse;

-- An owner holds these by default and may grant them back to itself; the triggers stay.
revoke all on almanac.ledger_entry from public;
revoke update, delete, truncate on almanac.ledger_entry from current_user;
