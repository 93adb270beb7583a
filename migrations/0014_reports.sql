-- The figures of each day, kept by what is told of tickets: a projection of events, which can be built anew at any time.

-- One version of the projection is served, and one may be building. Everything below belongs to a version, so that a new
-- one grows beside the old, and who reads changes over with one row.
create table report_versions (
  id integer generated always as identity constraint report_versions_pkey primary key,
  -- Retired: nobody reads it any more, and its rows are swept away bit by bit.
  state text not null constraint report_versions_state_known check (state in ('building', 'serving', 'retired')),
  -- When whoever builds it was last heard of, by this server's clock: another may take over from one that has died.
  alive_at timestamptz(3) not null default now()
);
-- At most one each. Who begins to build retires whoever was building before, and that one finds out with its next write.
create unique index report_versions_state_key on report_versions (state) where state <> 'retired';

-- What has to be known of a ticket to count what happens to it next. No foreign keys here or below: all of it is derived
-- and can be thrown away, and a key would look up with each write what the event has said already.
create table report_tickets (
  version integer not null,
  ticket_id uuid not null,
  requester_id uuid not null,
  team_id uuid,
  opened_at timestamptz(3) not null,
  -- Whether somebody other than the requester has written to them.
  responded boolean not null,
  -- Resolved or closed: not in the backlog.
  settled boolean not null,
  -- The newest event that is counted: what comes again is known by it, and what is missing too.
  last_seq integer not null,
  constraint report_tickets_pkey primary key (version, ticket_id)
-- Room in each page for the next version of a row: no index holds what changes.
) with (fillfactor = 85);

-- What was counted, by day (UTC) and team. A null team: tickets of no team.
create table report_days (
  version integer not null,
  day date not null,
  team_id uuid,
  opened integer not null,
  resolved integer not null,
  closed integer not null,
  -- By how much the backlog grew, below zero where it shrank.
  backlog_change integer not null,
  -- Both the key that counts are added under and how a day is read; no team is a team here.
  constraint report_days_version_day_team_id_key unique nulls not distinct (version, day, team_id)
) with (fillfactor = 85);

-- How long it took, once for each first response and each resolution: a median cannot be added up, so each is kept.
create table report_durations (
  version integer not null,
  ticket_id uuid not null,
  -- The event that ended it.
  seq integer not null,
  day date not null,
  team_id uuid,
  kind text not null constraint report_durations_kind_known check (kind in ('response', 'resolution')),
  milliseconds bigint not null constraint report_durations_not_negative check (milliseconds >= 0),
  constraint report_durations_pkey primary key (version, ticket_id, seq)
);
-- The medians of a day, from the index alone.
create index report_durations_day_idx on report_durations (version, day) include (team_id, kind, milliseconds);

-- Days that are over, with their report as it is answered. The key is what lets a day be closed once, however many close
-- it. They stand without gaps up to the newest: the backlog of a day is counted on from the closing before it, so that no
-- report costs more the older the desk is.
create table report_closings (
  version integer not null,
  day date not null,
  report jsonb not null,
  closed_at timestamptz(3) not null default now(),
  constraint report_closings_pkey primary key (version, day)
);

do $$
begin
  if exists (select from pg_roles where rolname = 'opsdesk_app') then
    grant select, insert, update, delete on report_versions, report_tickets, report_days to opsdesk_app;
    -- What took its time, and what is closed, is never rewritten: a day that opens again loses its closing.
    grant select, insert, delete on report_durations, report_closings to opsdesk_app;
    grant usage on sequence report_versions_id_seq to opsdesk_app;
  end if;
end
$$;
