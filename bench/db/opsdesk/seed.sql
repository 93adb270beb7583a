-- The rows of db/seed.sql in OpsDesk's own tables, as its migrations have made them: the same people, tickets, words and
-- times. Ids are made of the same md5, in the shape of a UUIDv7. Agents see every ticket, as those of the peers do.
-- :size tickets, three messages and three history rows on each.
create function pg_temp.v7(name text) returns uuid language sql immutable as
  $$ select overlay(overlay(md5(name) placing '7' from 13) placing '8' from 17)::uuid $$;
insert into roles (id, name, created_at) values (pg_temp.v7('role'), 'operator', now());
insert into role_permissions (role_id, permission, scope)
  select pg_temp.v7('role'), name, 'any' from permissions where name like 'ticket:%' or name like 'message:%' or name = 'user:read';
insert into teams (id, name, created_at)
  select pg_temp.v7('team'||i), 'Team '||i, timestamptz '2026-01-01' from generate_series(0,9) i;
insert into users (id, email, name, password_hash, created_at, updated_at)
  select pg_temp.v7('user'||i), 'user'||i||'@example.test', 'User '||i, :'password_hash', timestamptz '2026-01-01', timestamptz '2026-01-01'
  from generate_series(0,999) i;
insert into user_roles (user_id, role_id)
  select pg_temp.v7('user'||i), r.id from generate_series(0,999) i
  join roles r on r.name = case when i < 2 then 'admin' when i < 52 then 'operator' else 'customer' end;
insert into team_members (team_id, user_id)
  select pg_temp.v7('team'||(i%10)), pg_temp.v7('user'||i) from generate_series(0,51) i;
insert into tickets (id, number, title, description, type, status, priority, requester_id, assignee_id, team_id, version, last_seq, created_at, updated_at, resolved_at, closed_at)
  overriding system value
  select pg_temp.v7('ticket'||i), i,
    'Ticket '||i||': '||(array['Printer does not answer','VPN drops every hour','Cannot log in','Mail is late','Screen flickers'])[1+i%5],
    repeat('Something is wrong and here is how it shows. ', 4+i%5), 'incident', status,
    (array['low','normal','high','urgent'])[1+(i/3)%4]::ticket_priority,
    pg_temp.v7('user'||(52+(i*31::bigint)%948)), pg_temp.v7('user'||(2+(i*13::bigint)%50)), pg_temp.v7('team'||(i%10)), 1, 6, at, at,
    case when status in ('resolved', 'closed') then at end, case when status = 'closed' then at end
  from (select i, (array['open','open','waiting','resolved','closed'])[1+(i/50)%5] as status, timestamptz '2026-01-01' + i*interval '20 seconds' as at
    from generate_series(1, :size) i) s;
select setval(pg_get_serial_sequence('tickets', 'number'), :size);
insert into ticket_status_history (id, ticket_id, from_status, to_status, actor_id, at, seq)
  select pg_temp.v7('h'||i||'/'||k), pg_temp.v7('ticket'||i), case when k > 0 then 'open' end, (array['open','waiting','open'])[k+1],
    pg_temp.v7('user'||(2+(i*13::bigint)%50)), timestamptz '2026-01-01' + i*interval '20 seconds' + k*interval '1 hour', k + 1
  from generate_series(1, :size) i, generate_series(0,2) k;
insert into messages (id, ticket_id, seq, author_id, body, visibility, created_at)
  select pg_temp.v7('m'||i||'/'||k), pg_temp.v7('ticket'||i), k + 4,
    case when k = 1 then pg_temp.v7('user'||(2+(i*13::bigint)%50)) else pg_temp.v7('user'||(52+(i*31::bigint)%948)) end,
    'Message '||k||' on ticket '||i||'. '||repeat('Please look at this. ', 3), 'public',
    timestamptz '2026-01-01' + i*interval '20 seconds' + k*interval '10 minutes'
  from generate_series(1, :size) i, generate_series(0,2) k;
-- Only what has rows: a table that is analyzed while it is empty is planned as an empty one until it is analyzed again, and
-- read from end to end by then. A desk's own tables are analyzed once there is something in them.
vacuum analyze users, user_roles, teams, team_members, tickets, ticket_status_history, messages;
