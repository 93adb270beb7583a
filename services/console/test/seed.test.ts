import { assert, layer } from "@effect/vitest"
import { AccessDesk } from "@opsdesk/access/AccessDesk"
import { permissionNames } from "@opsdesk/access/Permission"
import { builtInRoles } from "@opsdesk/access/Role"
import { SignInDesk } from "@opsdesk/access/SignInDesk"
import { Journal } from "@opsdesk/capabilities/Journal"
import { demoPassword, demoPeople, emailOf } from "@opsdesk/console/seed/demoPeople"
import { demoTickets } from "@opsdesk/console/seed/demoTickets"
import { SeedStore } from "@opsdesk/console/seed/SeedStore"
import { seedDatabase } from "@opsdesk/console/seedDatabase"
import { asOwner } from "@opsdesk/testkit/asOwner"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { Cause, Clock, Effect } from "effect"
import { SqlClient } from "effect/sql"
import { oddities, tally } from "./fixtures/seeded.ts"

const onMigrated = () => layer(TestStack("migrated"), { excludeTestServices: true })

onMigrated()("a desk with the demo", (it) => {
  it.effect("has its people with their roles and teams, who sign in with the demo's password", () =>
    Effect.gen(function*() {
      yield* seedDatabase
      const sql = yield* SqlClient.SqlClient
      const people = yield* sql`
        select u.email, u.name, (select string_agg(r.name, ',') from user_roles ur join roles r on r.id = ur.role_id
                                 where ur.user_id = u.id) as role,
          (select string_agg(t.name, ',') from team_members m join teams t on t.id = m.team_id where m.user_id = u.id) as team
        from users u order by u.id`
      assert.deepStrictEqual(
        people,
        demoPeople.map(({ name, person, role, team }) => ({ email: emailOf(person), name, role, team: team ?? null }))
      )
      const signIn = yield* SignInDesk
      for (const { person } of demoPeople) {
        const session = yield* signIn.signIn({ email: emailOf(person), password: demoPassword })
        assert.strictEqual(session.tokenType, "Bearer")
      }
    }).pipe(Effect.provide(SignInDesk.layer)))

  it.effect("has the roles and permissions of this version", () =>
    Effect.gen(function*() {
      yield* seedDatabase
      const sql = yield* SqlClient.SqlClient
      for (const { name, permissions } of builtInRoles) {
        const grants = yield* sql<{ grant: string }>`
          select p.permission || ' ' || p.scope as grant from role_permissions p join roles r on r.id = p.role_id
          where r.name = ${name}`
        assert.sameMembers(
          grants.map(({ grant }) => grant),
          permissions.map(({ permission, scope }) => `${permission} ${scope}`),
          name
        )
      }
    }))

  it.effect("has every ticket of the demo with all that was said on it, and a record that holds together", () =>
    Effect.gen(function*() {
      yield* seedDatabase
      const sql = yield* SqlClient.SqlClient
      const tickets = yield* sql<{ title: string; messages: number; notes: number; moves: number; opened: Date }>`
        select t.title, t.created_at as opened,
          (select count(*) from messages m where m.ticket_id = t.id) as messages,
          (select count(*) from messages m where m.ticket_id = t.id and m.visibility = 'internal') as notes,
          (select count(*) from ticket_status_history h where h.ticket_id = t.id) as moves
        from tickets t order by t.number`
      const counted = (kinds: ReadonlyArray<string>, { steps }: typeof demoTickets[number]) =>
        steps.filter((step) => kinds.some((kind) => kind in step)).length
      assert.sameDeepMembers(
        tickets.map(({ messages, moves, notes }) => [messages, notes, moves]),
        demoTickets.map((ticket) => [
          counted(["say", "note"], ticket),
          counted(["note"], ticket),
          1 + counted(["move"], ticket)
        ])
      )
      const opened = tickets.map(({ opened }) => opened.getTime())
      assert.deepStrictEqual(opened, opened.toSorted((a, b) => a - b))
      assert.isBelow(opened.at(-1) ?? Infinity, yield* Clock.currentTimeMillis)
      assert.deepStrictEqual(yield* oddities, {})
    }))

  it.effect("has nothing twice when it is seeded again", () =>
    Effect.gen(function*() {
      yield* seedDatabase
      const before = yield* tally
      assert.deepInclude(before, { users: 6, teams: 2, roles: 3, tickets: 40, seeds: 1 })
      yield* seedDatabase
      assert.deepStrictEqual(yield* tally, before)
    }))
})

onMigrated()("a desk at work", (it) => {
  it.effect("hears of the demo like of everything else, where a new one is not told of a past that was made up", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      yield* sql`insert into consumers (name, from_position, types) values ('reports', 0, '{#}')`
      yield* seedDatabase
      const { events, outbox } = yield* tally
      assert.deepStrictEqual([outbox, yield* oddities], [events, {}])
    }))
})

onMigrated()("a seeding that breaks off", (it) => {
  it.effect("leaves nothing of the demo, and the next one makes all of it", () =>
    Effect.gen(function*() {
      const real = yield* Journal
      let left = 150
      const broken = Journal.of({
        record: (entry) => left-- > 0 ? real.record(entry) : Effect.die(new Error("the power went")),
        recordWith: (writing, entry) =>
          left-- > 0 ? real.recordWith(writing, entry) : Effect.die(new Error("the power went"))
      })
      const cause = yield* Effect.flip(Effect.sandbox(Effect.provideService(seedDatabase, Journal, broken)))
      assert.include(Cause.pretty(cause), "the power went")
      assert.deepInclude(yield* tally, { users: 0, teams: 0, tickets: 0, messages: 0, events: 0, audited: 0, seeds: 0 })
      yield* seedDatabase
      assert.deepInclude(yield* tally, { users: 6, teams: 2, tickets: 40, seeds: 1 })
      assert.deepStrictEqual(yield* oddities, {})
    }))
})

onMigrated()("three seedings at once", (it) => {
  it.effect("make one demo between them, and all of them end well", () =>
    Effect.gen(function*() {
      yield* Effect.all([seedDatabase, seedDatabase, seedDatabase], { concurrency: "unbounded" })
      assert.deepInclude(yield* tally, { users: 6, teams: 2, roles: 3, tickets: 40, seeds: 1 })
      assert.deepStrictEqual(yield* oddities, {})
    }))
})

onMigrated()("what is done once", (it) => {
  it.effect("is waited for by others for as long as it takes, longer than any lock of daily work", () =>
    Effect.gen(function*() {
      const store = yield* SeedStore
      const sql = yield* SqlClient.SqlClient
      let runs = 0
      const slow = Effect.suspend(() => {
        runs++
        return sql`select pg_sleep(3)`
      })
      const done = yield* Effect.all([store.once("slow", slow), store.once("slow", slow)], { concurrency: 2 })
      assert.sameMembers(done, [true, false])
      assert.strictEqual(runs, 1)
    }).pipe(Effect.provide(SeedStore.layer)))
})

onMigrated()("a desk that comes from an older version", (it) => {
  it.effect("gets what is new for its built-in roles, and keeps what its admins have arranged", () =>
    Effect.gen(function*() {
      const access = yield* AccessDesk
      const sql = yield* SqlClient.SqlClient
      const grants = (role: string) =>
        Effect.map(
          sql<{ permission: string; scope: string }>`
            select permission, scope from role_permissions p join roles r on r.id = p.role_id where r.name = ${role}`,
          (rows) => rows.map(({ permission, scope }) => `${permission} ${scope}`)
        )
      const recorded = sql`
        select a.actor_id, a.action, r.name as role, a.before -> 'permissions' as before, a.after -> 'permissions' as after
        from audit_log a left join roles r on r.id::text = a.entity_id`
      const versions = Effect.map(
        sql<{ name: string; version: number }>`select name, version from roles`,
        (rows) => Object.fromEntries(rows.map(({ name, version }) => [name, version]))
      )
      yield* access.ensureBuiltInRoles()
      assert.deepStrictEqual(yield* versions, { customer: 1, agent: 1, admin: 1 })
      yield* asOwner(Effect.gen(function*() {
        const owner = yield* SqlClient.SqlClient
        // As before this version brought reading the audit.
        yield* owner`delete from role_permissions where permission = 'audit:read'`
        yield* owner`delete from permissions where name = 'audit:read'`
        // And an admin has decided that agents assign nothing, and may write accounts.
        yield* owner`
          delete from role_permissions where permission = 'ticket:assign'
            and role_id = (select id from roles where name = 'agent')`
        yield* owner`
          insert into role_permissions (role_id, permission, scope) select id, 'user:write', 'any' from roles where name = 'agent'`
      }))
      const before = yield* grants("agent")
      // What a desk begins with is no change of anything.
      assert.deepStrictEqual(yield* recorded, [])
      yield* access.ensureBuiltInRoles()
      assert.include(yield* grants("admin"), "audit:read any")
      assert.sameMembers(yield* grants("agent"), before)
      assert.notInclude(before, "ticket:assign team")
      assert.notInclude(yield* grants("customer"), "audit:read own")
      // Whoever holds the role as it was before hears that it is another now.
      assert.deepStrictEqual(yield* versions, { customer: 1, agent: 1, admin: 2 })
      yield* access.ensureBuiltInRoles()
      assert.deepStrictEqual(yield* versions, { customer: 1, agent: 1, admin: 2 })
      const all = permissionNames.toSorted().map((permission) => ({ permission, scope: "any" }))
      assert.deepStrictEqual(yield* recorded, [{
        actorId: null,
        action: "role.permissions_changed",
        role: "admin",
        before: all.filter(({ permission }) => permission !== "audit:read"),
        after: all
      }])
    }).pipe(Effect.provide(AccessDesk.layer)))
})
