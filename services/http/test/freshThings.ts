import { personIds, teamIds } from "@opsdesk/testkit/people"
import type { Caller, Errand } from "@opsdesk/testkit/permissionMatrix"
import { roleNameOf } from "@opsdesk/testkit/permissionMatrix"
import { Effect } from "effect"
import { SecureRandom } from "effect/crypto"
import { SqlClient } from "effect/sql"
import type { Answer } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

/** The id of nothing. */
export const nothing = "0198c7a2-0000-7000-8000-00000000dead"

export interface Things {
  readonly ticket: string
  readonly message: string
  readonly note: string
  readonly user: string
  readonly team: string
  readonly role: string
  readonly apiToken: string
  readonly notification: string
  readonly deadLetter: string
}

/** An address of the interface with the ids of these things: what `:id` means depends on whose address it is. */
export const addressOf = (
  path: string,
  { apiToken, deadLetter, message, notification, role, team, ticket, user }: Things
): string =>
  path
    .replace("/tickets/:id", `/tickets/${ticket}`)
    .replace("/users/:id", `/users/${user}`)
    .replace("/teams/:id", `/teams/${team}`)
    .replace("/roles/:id", `/roles/${role}`)
    .replace("/api-tokens/:id", `/api-tokens/${apiToken}`)
    .replace("/notifications/:id", `/notifications/${notification}`)
    .replace("/dead-letters/:id", `/dead-letters/${deadLetter}`)
    .replace(":userId", personIds.amir)
    .replace(":messageId", message)

const idIn = (answer: Answer): Effect.Effect<string> =>
  typeof answer.json?.data?.id === "string"
    ? Effect.succeed(answer.json.data.id)
    : Effect.die(new Error(`nothing was made: ${answer.status} ${answer.text}`))

/** A letter that a consumer gave up. */
export const aDeadLetter = Effect.fnUntraced(function*(body: string) {
  const sql = yield* SqlClient.SqlClient
  const random = yield* SecureRandom.SecureRandom
  const id = yield* random.uuidV7()
  yield* sql`
    insert into dead_letters (id, queue, attempts, error, failed_at, body)
    values (${id}, 'opsdesk.cache', 6, 'it cannot be done', now(), ${`${body} ${id}`})`
  return id
})

/** A notification that only its receiver knows of. */
export const aNotification = Effect.fnUntraced(function*(userId: string, ticketId: string, title: string) {
  const sql = yield* SqlClient.SqlClient
  const random = yield* SecureRandom.SecureRandom
  const id = yield* random.uuidV7()
  yield* sql`
    insert into notifications (id, user_id, event_id, type, ticket_id, ticket_number, ticket_title, reason, at)
    select ${id}, ${userId}, e.id, e.type, e.ticket_id, 1, ${title}, 'watcher', now()
    from events e where e.ticket_id = ${ticketId} and e.seq = 1`
  return id
})

const teamOf = (caller: Caller) => caller === "agentWithoutTeam" ? null : teamIds.Support

/**
 * A ticket with a message and a note, a person, a team, a role, a dead letter, and an API token and a notification of the
 * admin's, of which nobody else knows.
 */
export const freshThings = Effect.fnUntraced(function*(caller: Caller, given: Errand["given"], own: string) {
  const { ask } = yield* TestHttp
  const make = (path: string, body: object, as: "alex" | "carla" = "alex") =>
    Effect.flatMap(ask("POST", path, { as, body }), idIn)

  const ticket = yield* make("/v1/tickets", { title: own, description: "", teamId: teamOf(caller) }, "carla")
  const path = `/v1/tickets/${ticket}`
  const message = yield* make(`${path}/messages`, { body: "Please" }, "carla")
  const note = yield* make(`${path}/messages`, { body: "Hm", visibility: "internal" })
  if (caller === "assignedAgent") {
    yield* ask("PUT", `${path}/assignee`, { as: "alex", body: { assigneeId: personIds.nora } })
  }
  if (given?.status !== undefined) {
    yield* ask("PATCH", `${path}/status`, { as: "alex", body: { status: given.status } })
  }
  const user = yield* make("/v1/users", { email: `fresh-${own}@test.local`, name: own })
  const team = yield* make("/v1/teams", { name: `Fresh ${own}` })
  const permissions = [{ permission: "ticket:read", scope: "own" }]
  const role = yield* make("/v1/roles", { name: roleNameOf(`${own}-fresh`), permissions })
  // Somebody may have a hundred; those made before are of no use any more.
  const sql = yield* SqlClient.SqlClient
  yield* sql`delete from api_tokens where user_id = ${personIds.alex}`
  const apiToken = yield* make("/v1/api-tokens", { name: own, scopes: permissions })
  const notification = yield* aNotification(personIds.alex, ticket, own)
  const deadLetter = yield* aDeadLetter(own)
  const things: Things = { ticket, message, note, user, team, role, apiToken, notification, deadLetter }
  return things
})

/** All that a refusal must leave as it was. */
export const traces = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ events: number; tickets: string }>`
    select (select count(*)::int from events) as events,
      (select md5(string_agg(t::text, '' order by id)) from tickets t) as tickets`
  return row
})
