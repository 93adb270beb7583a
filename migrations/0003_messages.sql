-- What people write on tickets.

create table messages (
  id uuid constraint messages_pkey primary key,
  ticket_id uuid not null constraint messages_ticket_id_fkey references tickets (id),
  -- The sequence of the message's own event, so that messages and events of a ticket share one line of numbers.
  seq integer not null,
  author_id uuid not null constraint messages_author_id_fkey references users (id),
  body text not null constraint messages_body_length check (char_length(body) between 1 and 10000),
  visibility text not null constraint messages_visibility_known check (visibility in ('public', 'internal')),
  -- Chosen by the sender, so that sending again makes no second message.
  client_message_id text constraint messages_client_message_id_length check (char_length(client_message_id) between 1 and 200),
  created_at timestamptz(3) not null,
  search tsvector not null generated always as (to_tsvector('english', body)) stored,
  constraint messages_ticket_id_seq_key unique (ticket_id, seq)
);
-- Per author: two people may choose the same id.
create unique index messages_client_message_id_key on messages (ticket_id, author_id, client_message_id)
  where client_message_id is not null;
create index messages_search_idx on messages using gin (search);
