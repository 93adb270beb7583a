-- How what happened reaches whoever acts on it: relays that share the outbox, consumers that take effect once, and what
-- nobody could do anything with.

-- Eight parts, so that up to eight relays share the work; what belongs to one ticket is in one part, and so in order.
-- What belongs to no ticket is in the first.
alter table outbox add column partition smallint not null
  generated always as (coalesce(uuid_hash(ticket_id) & 7, 0)) stored;
-- What a relay asks: the oldest rows of each part that it holds.
create index outbox_partition_idx on outbox (partition, position);
drop index outbox_transaction_id_idx;

-- Which relay may publish which part of the outbox, and until when. By the database's clock: the programs' may differ.
create table relay_leases (
  partition smallint constraint relay_leases_pkey primary key
    constraint relay_leases_partition_known check (partition between 0 and 7),
  holder uuid,
  -- Grows whenever the part changes hands. Whoever deletes rows of the outbox says which number they hold: a relay that
  -- was frozen and woke up after its lease deletes nothing.
  fence bigint not null default 0,
  expires_at timestamptz not null default '-infinity'
);
insert into relay_leases (partition) select generate_series(0, 7);

-- Who is there to share: each relay says so every few seconds, and takes no more than its share.
create table relays (
  id uuid constraint relays_pkey primary key,
  seen_at timestamptz not null
);

-- Messages for one queue alone, past the exchange: a dead letter that is replayed as it was, or an event that one
-- consumer shall get again. A relay publishes them like the outbox.
create table redeliveries (
  id bigint generated always as identity constraint redeliveries_pkey primary key,
  queue text not null,
  position bigint constraint redeliveries_position_fkey references events (position),
  message_id uuid,
  type text,
  body text,
  constraint redeliveries_one_content check ((position is null) <> (body is null))
);

-- Who acts on events.
create table consumers (
  name text constraint consumers_pkey primary key,
  -- What happened up to here was before its time: it may still get some of it, but waits for none of it.
  from_position bigint not null,
  -- What it acts on, as patterns of AMQP: whoever replays events to it must know.
  types text[] not null,
  registered_at timestamptz(3) not null default now()
);

-- What became of each event at each consumer. The row of what has taken effect commits with the effect: that is what
-- makes it once, however often the event is delivered.
create table inbox (
  consumer text not null,
  event_id uuid not null,
  ticket_id uuid,
  seq integer,
  -- settled: it has taken effect. waiting: it has been tried and comes again. parked: an earlier event of its ticket must
  -- be settled or dead first. dead: given up; see dead_letters.
  state text not null constraint inbox_state_known check (state in ('settled', 'waiting', 'parked', 'dead')),
  attempts smallint not null default 0,
  error text,
  -- When a parked event that was tried in vain may be tried again; the broker keeps this time for those that wait.
  due_at timestamptz,
  at timestamptz(3) not null default now(),
  constraint inbox_pkey primary key (consumer, event_id)
);
-- What may have become ready, by ticket in its order. Almost always empty.
create index inbox_parked_idx on inbox (consumer, ticket_id, seq) where state = 'parked';

-- What was given up, whichever broker it was on.
create table dead_letters (
  id uuid constraint dead_letters_pkey primary key,
  seq bigint generated always as identity constraint dead_letters_seq_key unique,
  queue text not null,
  -- Null where it could not be told: anybody may have published it, and anything.
  event_id uuid,
  type text,
  attempts integer not null,
  error text not null,
  failed_at timestamptz(3) not null,
  body text not null
);
-- A letter may reach its keeper more than once; it is kept once for each queue.
create unique index dead_letters_event_key on dead_letters (queue, event_id) where event_id is not null;
create unique index dead_letters_body_key on dead_letters (queue, md5(body)) where event_id is null;

do $$
begin
  if exists (select from pg_roles where rolname = 'opsdesk_app') then
    grant select, update on relay_leases to opsdesk_app;
    grant select, insert, update on consumers to opsdesk_app;
    grant select, insert, delete on redeliveries to opsdesk_app;
    grant select, insert, update, delete on relays, inbox, dead_letters to opsdesk_app;
    grant usage on all sequences in schema public to opsdesk_app;
  end if;
end
$$;
