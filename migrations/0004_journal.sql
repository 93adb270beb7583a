-- What happened: for the record (audit_log) and for the world (events, outbox).

-- No foreign keys: the record must outlive what it tells of.
create table audit_log (
  id uuid constraint audit_log_pkey primary key,
  seq bigint generated always as identity constraint audit_log_seq_key unique,
  at timestamptz(3) not null,
  actor_id uuid,
  action text not null,
  entity_type text not null,
  entity_id text,
  request_id text,
  before jsonb,
  after jsonb,
  ip text
);
create index audit_log_entity_idx on audit_log (entity_type, entity_id, seq);
create index audit_log_actor_id_idx on audit_log (actor_id, seq);
create index audit_log_action_idx on audit_log (action, seq);
create index audit_log_at_idx on audit_log (at, seq);

create table events (
  -- Drawn before the commit, so positions become visible out of order: whoever reads on from a position must stay below
  -- the oldest transaction still running, which is what transaction_id is for.
  position bigint generated always as identity constraint events_pkey primary key,
  id uuid not null constraint events_id_key unique,
  transaction_id xid8 not null default pg_current_xact_id(),
  type text not null,
  occurred_at timestamptz(3) not null,
  ticket_id uuid constraint events_ticket_id_fkey references tickets (id),
  seq integer,
  actor_id uuid,
  request_id text,
  traceparent text,
  -- Whether whoever may see the ticket may hear of it, or only those who may read its internal notes.
  audience text not null constraint events_audience_known check (audience in ('public', 'internal')),
  payload jsonb not null,
  constraint events_ticket_id_seq_key unique (ticket_id, seq),
  constraint events_seq_with_ticket check ((ticket_id is null) = (seq is null))
);
create index events_transaction_id_idx on events (transaction_id, position);

-- What is still to be published. A row points at its event and goes when the broker has confirmed it; the event stays.
create table outbox (
  position bigint constraint outbox_pkey primary key constraint outbox_position_fkey references events (position),
  transaction_id xid8 not null default pg_current_xact_id(),
  ticket_id uuid
);
create index outbox_transaction_id_idx on outbox (transaction_id, position);

-- Append-only, whoever asks: the trigger stops the tables' owner too. Grants (0006) stop everybody else.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end
$$;
create trigger audit_log_append_only before update or delete on audit_log
  for each row execute function refuse_change();
create trigger audit_log_no_truncate before truncate on audit_log
  for each statement execute function refuse_change();
create trigger events_append_only before update or delete on events
  for each row execute function refuse_change();
create trigger events_no_truncate before truncate on events
  for each statement execute function refuse_change();
-- A superuser could restore rows in replication mode, where ordinary triggers are silent; these are not.
alter table audit_log enable always trigger audit_log_append_only;
alter table audit_log enable always trigger audit_log_no_truncate;
alter table events enable always trigger events_append_only;
alter table events enable always trigger events_no_truncate;
