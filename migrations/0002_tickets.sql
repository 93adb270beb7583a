-- Tickets and where they have been.

-- An enum, unlike status and type, because it has an order: it sorts as it is declared.
create type ticket_priority as enum ('low', 'normal', 'high', 'urgent');

create table tickets (
  id uuid constraint tickets_pkey primary key,
  -- What people say to each other. From a sequence: gaps are allowed, waiting for each other is not.
  number integer generated always as identity (start with 1) constraint tickets_number_key unique,
  title text not null constraint tickets_title_length check (char_length(title) between 1 and 200),
  description text not null constraint tickets_description_length check (char_length(description) <= 20000),
  type text not null constraint tickets_type_known check (type in ('incident', 'request')),
  status text not null
    constraint tickets_status_known check (status in ('open', 'in_progress', 'waiting', 'resolved', 'closed')),
  priority ticket_priority not null,
  requester_id uuid not null constraint tickets_requester_id_fkey references users (id),
  assignee_id uuid constraint tickets_assignee_id_fkey references users (id),
  team_id uuid constraint tickets_team_id_fkey references teams (id),
  -- Grows by one with each change of the ticket itself; an ETag is made of it.
  version integer not null default 1,
  -- The sequence of the ticket's newest event. Drawn under the row's lock, so it has no gap and follows the commits.
  last_seq integer not null default 0,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  resolved_at timestamptz(3),
  closed_at timestamptz(3),
  search tsvector not null generated always as (
    setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', description), 'B')
  ) stored
-- Room in each page for the next version of a row: a message moves last_seq, which no index holds.
) with (fillfactor = 85);

-- Lists are read page by page in the order of an index; the id makes each order total. A descending list reads the same
-- index backwards.
create index tickets_created_at_idx on tickets (created_at, id);
create index tickets_updated_at_idx on tickets (updated_at, id);
-- Priority has four values, so it needs its second column in the index; "most urgent first, oldest first" goes against
-- the grain of the first index and is what agents look at all day.
create index tickets_priority_created_at_idx on tickets (priority, created_at, id);
create index tickets_priority_desc_created_at_idx on tickets (priority desc, created_at, id);
create index tickets_priority_updated_at_idx on tickets (priority, updated_at, id);
create index tickets_priority_desc_updated_at_idx on tickets (priority desc, updated_at, id);
-- What a person, a team or a status has is a small part of all tickets.
create index tickets_requester_id_idx on tickets (requester_id, created_at, id);
create index tickets_assignee_id_idx on tickets (assignee_id, created_at, id);
create index tickets_team_id_idx on tickets (team_id, created_at, id);
create index tickets_status_idx on tickets (status, created_at, id);
create index tickets_search_idx on tickets using gin (search);

create table ticket_status_history (
  id uuid constraint ticket_status_history_pkey primary key,
  ticket_id uuid not null constraint ticket_status_history_ticket_id_fkey references tickets (id),
  -- Null where the ticket was opened.
  from_status text,
  to_status text not null,
  actor_id uuid not null constraint ticket_status_history_actor_id_fkey references users (id),
  comment text constraint ticket_status_history_comment_length check (char_length(comment) between 1 and 10000),
  at timestamptz(3) not null,
  -- The sequence of the event that tells of the move: unique within the ticket, so it orders the history.
  seq integer not null,
  constraint ticket_status_history_ticket_id_seq_key unique (ticket_id, seq)
);
