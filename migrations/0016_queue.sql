-- Durable queues for a desk that has no broker beside PostgreSQL, with the meaning of AMQP 0-9-1's topic exchange.

create table queues (
  name text constraint queues_pkey primary key,
  -- The types that it asked for, each as a regular expression over a type whose words all end with a dot.
  patterns text[] not null
);

create table queue_messages (
  -- Where it lies: a queue, one of its delays (`<queue>.retry.<n>`) or its dead letters (`<queue>.dead`). No foreign key
  -- to queues, which has only the first of these; nothing is published to one that is not there.
  queue text not null,
  position bigint generated always as identity,
  message_id text,
  type text,
  body text not null,
  retries integer not null default 0,
  -- When it goes from its delay back to its queue. On this server's clock, as every time here.
  returns_at timestamptz,
  -- Who has it, and until when: a token of one taking of one consumer. What settles a message names its token, so that
  -- whoever has lost it to another settles nothing.
  lease uuid,
  leased_until timestamptz,
  -- How often it was handed out since it came to lie here.
  handed_out integer not null default 0,
  error text,
  constraint queue_messages_lease_ends check ((lease is null) = (leased_until is null)),
  -- What takes the first of a queue walks along this; those that are handed out are few, at the head, and stepped over.
  constraint queue_messages_pkey primary key (queue, position)
) with (
  -- A message is taken and its lease renewed in place: no index has a column that these write, and a page keeps room for
  -- the new version, so neither the primary key nor the next index grows by it (heap-only tuples).
  fillfactor = 60,
  -- Every message leaves a dead row, and the head of the queue is where they pile up: clean up by their number, not by
  -- their share of a table that is mostly empty, and do not rest in between.
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 1000,
  autovacuum_vacuum_insert_threshold = -1,
  autovacuum_vacuum_cost_delay = 0,
  -- Statistics of a queue are wrong a second later, and the statements here need none: they name the primary key.
  autovacuum_analyze_scale_factor = 0,
  autovacuum_analyze_threshold = 100000
);
-- Which of the delayed are due.
create index queue_messages_returns_at_idx on queue_messages (queue, returns_at) where returns_at is not null;

do $$
begin
  if exists (select from pg_roles where rolname = 'opsdesk_app') then
    grant select, insert, update on queues to opsdesk_app;
    grant select, insert, update, delete on queue_messages to opsdesk_app;
    grant usage on all sequences in schema public to opsdesk_app;
  end if;
end
$$;
