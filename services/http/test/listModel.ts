import type { Person } from "@opsdesk/testkit/people"
import { people as crew, personIds, teamIds } from "@opsdesk/testkit/people"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as fc from "fast-check"

/** What of a ticket a list can be asked about. */
export interface Row {
  readonly id: string
  readonly number: number
  readonly title: string
  readonly status: string
  readonly priority: string
  readonly type: string
  readonly requesterId: string
  readonly assigneeId: string | null
  readonly teamId: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

export const words = ["printer", "router", "keyboard"]
const statuses = ["open", "in_progress", "waiting", "resolved", "closed"]
const priorities = ["low", "normal", "high", "urgent"]
const types = ["incident", "request"]
const people = [personIds.ada, personIds.amir, personIds.nora, personIds.carla, personIds.chris]
const instants = Array.from({ length: 8 }, (_, day) => `2026-03-1${day}T12:00:00.000Z`)

/** Tickets of few kinds, so that many of them tie: 240, of every status, priority, type and owner. */
export const plantAll = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    insert into tickets (id, title, description, type, status, priority, requester_id, assignee_id, team_id,
      last_seq, created_at, updated_at)
    select uuidv7(interval '1 second' * (i * 7919 % 240)), (${words}::text[])[1 + i % 3] || ' ' || i, '',
      (${types}::text[])[1 + (i / 3) % 2], (${statuses}::text[])[1 + (i / 2) % 5],
      (${priorities}::ticket_priority[])[1 + (i * 31 / 7) % 4],
      (${[personIds.carla, personIds.chris, personIds.ada]}::uuid[])[1 + (i / 5) % 3],
      (${[personIds.ada, personIds.amir, null, personIds.nora]}::uuid[])[1 + (i * 13 / 11) % 4],
      (${[teamIds.Support, null, teamIds.Network]}::uuid[])[1 + (i * 17 / 13) % 3], 1,
      (${instants}::timestamptz[])[1 + (i * 5 / 3) % 8], (${instants}::timestamptz[])[1 + (i * 3 / 2) % 8]
    from generate_series(1, 240) i`
})

export const allRows = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  return yield* sql<Row>`
    select id, number, title, status, priority::text as priority, type, requester_id, assignee_id, team_id, created_at,
      updated_at
    from tickets`
})

/** What is asked of a list: the value of each parameter that is there. */
export type Asked = Readonly<Partial<Record<string, string>>>

const some = (all: ReadonlyArray<string>) =>
  fc.uniqueArray(fc.constantFrom(...all), { minLength: 1, maxLength: all.length }).map((chosen) => chosen.join(","))

const sortable = ["createdAt", "updatedAt", "priority", "number"]
const sort = fc.uniqueArray(fc.tuple(fc.constantFrom("", "-"), fc.constantFrom(...sortable)), {
  minLength: 1,
  maxLength: 4,
  selector: ([, field]) => field
}).map((keys) => keys.map((key) => key.join("")).join(","))

/** Any question that the contract allows, of four parameters at most, so that something is found. */
export const question: fc.Arbitrary<Asked> = fc.record({
  status: some(statuses),
  priority: some(priorities),
  type: some(types),
  assignee: fc.constantFrom(...people, "me", "none"),
  requester: fc.constantFrom(...people, "me"),
  team: fc.constantFrom(teamIds.Support, teamIds.Network, "none"),
  q: fc.constantFrom(...words),
  createdAfter: fc.constantFrom(...instants),
  createdBefore: fc.constantFrom(...instants),
  updatedAfter: fc.constantFrom(...instants),
  sort
}, { requiredKeys: [] }).chain((all) =>
  fc.shuffledSubarray(Object.entries(all)).map((chosen): Asked => Object.fromEntries(chosen.slice(0, 4)))
)

const sees = (who: Person, row: Row): boolean => {
  if (who === "alex") return true
  if (who === "carla") return row.requesterId === personIds.carla
  const { team } = crew[who]
  return row.teamId === null || (team !== null && row.teamId === teamIds[team]) || row.assigneeId === personIds[who]
}

/** Whether a list must show a row: the contract's filters, in plain words. */
export const belongs = (who: Person, asked: Asked, row: Row): boolean => {
  const named = (value: string) => value === "me" ? personIds[who] : value === "none" ? null : value
  const tests: Record<string, (value: string) => boolean> = {
    status: (value) => value.split(",").includes(row.status),
    priority: (value) => value.split(",").includes(row.priority),
    type: (value) => value.split(",").includes(row.type),
    assignee: (value) => row.assigneeId === named(value),
    requester: (value) => row.requesterId === named(value),
    team: (value) => row.teamId === named(value),
    q: (value) => row.title.startsWith(value),
    createdAfter: (value) => row.createdAt.toISOString() > value,
    createdBefore: (value) => row.createdAt.toISOString() < value,
    updatedAfter: (value) => row.updatedAt.toISOString() > value,
    sort: () => true
  }
  return sees(who, row) && Object.entries(asked).every(([name, value]) => value === undefined || tests[name]?.(value))
}

const rank: Record<string, (row: Row) => number> = {
  createdAt: ({ createdAt }) => createdAt.getTime(),
  updatedAt: ({ updatedAt }) => updatedAt.getTime(),
  priority: ({ priority }) => priorities.indexOf(priority),
  number: ({ number }) => number
}

/** Above zero where a sort puts the first row behind the second. */
export const compare = (by: string, a: Row, b: Row): number => {
  for (const key of by.split(",")) {
    const of = rank[key.replace("-", "")]
    const difference = of === undefined ? Number.NaN : of(a) - of(b)
    if (difference !== 0) return key.startsWith("-") ? -difference : difference
  }
  return 0
}
