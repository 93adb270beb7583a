import { AccessDesk } from "@opsdesk/access/AccessDesk"
import { Passwords } from "@opsdesk/capabilities/Passwords"
import { migrationFiles } from "@opsdesk/postgres/migrationFiles"
import { migrate } from "@opsdesk/postgres/Migrator"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { emailOf, passwordOf, people, personIds, personNames, teamIds } from "./people.ts"

/** The schema and nothing in it. */
export const migrated = Effect.flatMap(migrationFiles, migrate)

/** Roles, teams and people, and no ticket. */
export const peopled = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const access = yield* AccessDesk
  const passwords = yield* Passwords
  yield* access.ensureBuiltInRoles()
  for (const [name, id] of Object.entries(teamIds)) {
    yield* sql`insert into teams (id, name, created_at) values (${id}, ${name}, now())`
  }
  for (const person of personNames) {
    const { role, team } = people[person]
    const hash = yield* passwords.hash(Redacted.make(passwordOf(person)))
    yield* sql`
      insert into users (id, email, name, active, password_hash, created_at, updated_at)
      values (${personIds[person]}, ${emailOf(person)}, ${person}, ${person !== "dora"}, ${hash}, now(), now())`
    yield* sql`
      insert into user_roles (user_id, role_id) select ${personIds[person]}, id from roles where name = ${role}`
    // The session that the tests' tokens speak of.
    yield* sql`
      insert into sessions (id, user_id, started_at, expires_at)
      values (${personIds[person]}, ${personIds[person]}, now(), 'infinity')`
    if (team !== null) {
      yield* sql`insert into team_members (team_id, user_id) values (${teamIds[team]}, ${personIds[person]})`
    }
  }
})

/** A UUIDv7 out of an instant (column `at`) and a number (column `i`), the same each time. */
const uuidv7 = `(
  lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(i::text), 1, 3)
  || '8' || substr(md5(i::text), 4, 15))::uuid`

/**
 * A desk after some years: 100,000 tickets of 2,000 customers and 40 agents in 12 teams, most of them closed, a message
 * on each. Made in SQL, as the desks would take an hour; what lists read is all there, and statistics are fresh.
 */
export const aged = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const run = (statement: string) => sql.unsafe(statement).unprepared
  yield* run("set statement_timeout = 0")
  yield* run(`
    insert into users (id, email, name, created_at, updated_at)
    select ${uuidv7}, 'user' || i || '@aged.local', 'User ' || i, at, at
    from (select i, timestamptz '2021-01-01' + i * interval '1 minute' as at from generate_series(1, 2040) i) s`)
  yield* run(`
    insert into teams (id, name, created_at)
    select ${uuidv7}, 'Team ' || i, at
    from (select i, timestamptz '2021-01-01' + i * interval '1 second' as at from generate_series(1, 10) i) s`)
  // In parts: nobody on the server hears of what is above the horizon of a transaction that is still open.
  for (let from = 1; from < 100_000; from += 5000) {
    const to = from + 4999
    yield* run(`
      with customers as (select array_agg(id order by email) as ids from users where email like 'user%@aged.local'),
        groups as (select array_agg(id order by name) as ids from teams)
      insert into tickets (id, title, description, type, status, priority, requester_id, assignee_id, team_id, version,
        last_seq, created_at, updated_at, resolved_at, closed_at)
      select ${uuidv7}, 'Ticket ' || i || ' about ' || (array['printing', 'mail', 'network', 'login'])[1 + i % 4],
        'Something is wrong with machine m' || (i::bigint * 7919 % 5000) || '.',
        case when i % 3 = 0 then 'request' else 'incident' end,
        case when i % 100 < 90 then 'closed' when i % 100 < 93 then 'resolved' when i % 100 < 95 then 'waiting'
          when i % 100 < 97 then 'in_progress' else 'open' end,
        (array['low', 'normal', 'normal', 'normal', 'normal', 'high', 'high', 'urgent'])[1 + abs(hashint4(i)::bigint) % 8]::ticket_priority,
        c.ids[1 + (i::bigint * 104729 % 2000)::int],
        case when i % 100 < 97 then c.ids[2001 + (i::bigint * 15485863 % 40)::int] end,
        case when i % 50 > 0 then g.ids[1 + abs(hashint4(i + 100000)::bigint) % 12] end,
        1, 2, at, at + (i % 3000) * interval '1 minute',
        case when i % 100 < 93 then at + interval '1 hour' end, case when i % 100 < 90 then at + interval '2 hours' end
      from (select i, timestamptz '2022-01-01' + i * interval '15 minutes' as at from generate_series(${from}, ${to}) i) s,
        customers c, groups g`)
    yield* run(`
      insert into messages (id, ticket_id, seq, author_id, body, visibility, created_at)
      select t.id, t.id, 2, t.requester_id, 'More about serial s' || t.number || ', seen on floor ' || t.number % 9,
        case when t.number % 10 = 0 then 'internal' else 'public' end, t.created_at
      from tickets t where number between ${from} and ${to}`)
    yield* run(`
      insert into ticket_status_history (id, ticket_id, from_status, to_status, actor_id, at, seq)
      select id, id, null, 'open', requester_id, created_at, 1 from tickets where number between ${from} and ${to}`)
  }
  for (const table of ["tickets", "messages", "ticket_status_history", "users", "teams"]) {
    yield* run(`vacuum analyze ${table}`)
  }
})
