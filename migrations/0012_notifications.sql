-- Who wants to hear of a ticket, what they were told, and what is still to be sent of it.

create table ticket_watchers (
  ticket_id uuid not null constraint ticket_watchers_ticket_id_fkey references tickets (id),
  user_id uuid not null constraint ticket_watchers_user_id_fkey references users (id),
  since timestamptz(3) not null,
  constraint ticket_watchers_pkey primary key (ticket_id, user_id)
);

create table notifications (
  id uuid constraint notifications_pkey primary key,
  user_id uuid not null constraint notifications_user_id_fkey references users (id),
  event_id uuid not null constraint notifications_event_id_fkey references events (id),
  type text not null,
  ticket_id uuid not null constraint notifications_ticket_id_fkey references tickets (id),
  -- As the ticket was called when it happened: what was told stays what was told, and a mail sent again is the same mail.
  ticket_number integer not null,
  ticket_title text not null,
  reason text not null constraint notifications_reason_known check (reason in ('assignee', 'requester', 'watcher')),
  actor_id uuid,
  at timestamptz(3) not null,
  read_at timestamptz(3),
  -- Nobody hears of the same thing twice, however often an event comes.
  constraint notifications_event_id_user_id_key unique (event_id, user_id)
);
-- Somebody's own, the newest first: the ids grow with time.
create index notifications_user_id_idx on notifications (user_id, id);
-- What somebody has not read is a small part of what they were told.
create index notifications_unread_idx on notifications (user_id, id) where read_at is null;

-- Written with the notification, sent after it: no mail tells of what was not kept, and no server that is down undoes it.
create table notification_deliveries (
  id uuid constraint notification_deliveries_pkey primary key,
  channel text not null constraint notification_deliveries_channel_known check (channel in ('email', 'webhook')),
  event_id uuid not null constraint notification_deliveries_event_id_fkey references events (id),
  -- Whose; null for the webhook, which is told once for everybody.
  notification_id uuid constraint notification_deliveries_notification_id_fkey references notifications (id),
  state text not null default 'waiting' constraint notification_deliveries_state_known
    check (state in ('waiting', 'sent', 'dropped', 'dead')),
  -- Counted when a try begins, so that one that kills its program counts too.
  attempts integer not null default 0,
  next_at timestamptz(3) not null,
  -- Grows with each try. Whoever settles names theirs: one that was too slow and lost the delivery settles nothing.
  fence bigint not null default 0,
  -- By the clock of the database, the one clock that all programs share.
  lease_until timestamptz(3),
  error text,
  settled_at timestamptz(3),
  constraint notification_deliveries_once unique nulls not distinct (channel, event_id, notification_id),
  constraint notification_deliveries_settled check ((state = 'waiting') = (settled_at is null))
) with (fillfactor = 70);
-- What is due: asked several times a second, and nearly always nothing.
create index notification_deliveries_due_idx on notification_deliveries (channel, next_at) where state = 'waiting';

do $$
begin
  if exists (select from pg_roles where rolname = 'opsdesk_app') then
    grant select, insert, delete on ticket_watchers to opsdesk_app;
    grant select, insert, update on notifications, notification_deliveries to opsdesk_app;
  end if;
end
$$;
