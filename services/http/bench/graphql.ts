/**
 * `pnpm bench:graphql`: a page of 20 tickets with requester, assignee and the last three messages with their authors, by
 * GraphQL, and the same rows by plain SQL, taking turns in one process on one PostgreSQL. Says how they compare and where
 * the time of the former goes.
 */
import { AccessDesk } from "@opsdesk/access/AccessDesk"
import { AccessTokens } from "@opsdesk/capabilities/AccessTokens"
import { UserId } from "@opsdesk/kernel/Ids"
import { Readiness } from "@opsdesk/serving/Readiness"
import { Upgrades } from "@opsdesk/serving/Upgrades"
import { DatabaseFromSettings } from "@opsdesk/stack/Database"
import { migrateDatabase } from "@opsdesk/stack/migrateDatabase"
import type { Capabilities } from "@opsdesk/stack/runProgram"
import { runProcess } from "@opsdesk/stack/runProgram"
import { Settings } from "@opsdesk/stack/Settings"
import { Stack } from "@opsdesk/stack/Stack"
import { asOwner } from "@opsdesk/testkit/asOwner"
import { ConfigProvider, Effect, Layer, Redacted, References } from "effect"
import { SecureRandom } from "effect/crypto"
import { HttpRouter, HttpServer } from "effect/http"
import { SqlClient } from "effect/sql"
import { parse, validate } from "graphql"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { excessOf } from "../src/graphql/limits.ts"
import { graphSchema } from "../src/graphql/schema.ts"
import { exactAddresses, HttpProgram } from "../src/httpProgram.ts"

const dataDir = mkdtempSync(join(tmpdir(), "opsdesk-bench-"))

/** A desk of its own, which nobody else knows of and which is gone in the end. */
const Desk = Stack("bench").pipe(
  Layer.provideMerge(Layer.effectDiscard(migrateDatabase)),
  Layer.provideMerge(DatabaseFromSettings),
  Layer.provide(SecureRandom.layerWebCrypto),
  Layer.provideMerge(Settings.layer),
  Layer.provide(
    ConfigProvider.layer(ConfigProvider.fromEnvRecord({ OPSDESK_DATA_DIR: dataDir, OPSDESK_LIMITS: "off" }))
  ),
  Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None"))
)

const rounds = 7
const each = 150
const atOnce = 8

const agent = "0198c7a2-0000-7000-8000-000000000002"

const document = `query {
  tickets(first: 20, filter: { status: [OPEN] }) {
    nodes {
      id title requester { id name } assignee { id name }
      messages(last: 3) { nodes { id body author { id name } } }
    }
  }
}`

const times = (count: number, text: (at: number) => string) => Array.from({ length: count }, (_, at) => text(at)).join(" ")

/** What is refused before anything of it is executed. */
const hostile: ReadonlyArray<readonly [title: string, query: string]> = [
  ["2,000 levels", `{ tickets { nodes { id ${"messages { nodes { ".repeat(2000)}id${" } }".repeat(2000)} } } }`],
  ["10,000 aliases", `{ ${times(10_000, (at) => `a${at}: __typename`)} }`],
  ["20,000 directives", `{ me { user { id ${"@a ".repeat(20_000)} } } }`],
  ["a cycle of fragments", "fragment F on User { ...G } fragment G on User { ...F } { me { user { ...F } } }"],
  [
    "a bomb of fragments",
    `${times(40, (at) => `fragment F${at} on User { ...F${at + 1} a: id ...F${at + 1} }`)} fragment F40 on User { id } { me { user { ...F0 } } }`
  ],
  ["a wide list", "{ tickets(first: 100) { nodes { messages(first: 100) { nodes { id } } } } }"],
  ["an array of 1,000 operations", JSON.stringify(Array.from({ length: 1000 }, () => ({ query: "{ __typename }" })))]
]

const plant = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql`
    insert into users (id, email, name, active, version, created_at, updated_at)
    select ('0198c7a2-0000-7000-8000-0000000000' || lpad(i::text, 2, '0'))::uuid, 'p' || i || '@bench', 'Person ' || i, true, 1, now(), now()
    from generate_series(1, 60) i`
  yield* sql`insert into user_roles (user_id, role_id) select ${agent}, id from roles where name = 'admin'`
  yield* sql`insert into sessions (id, user_id, started_at, expires_at) values (${agent}, ${agent}, now(), now() + interval '1 day')`
  const person = sql`('0198c7a2-0000-7000-8000-0000000000' || lpad((1 + i % 60)::text, 2, '0'))::uuid`
  yield* sql`
    insert into tickets (id, title, description, type, status, priority, requester_id, assignee_id, last_seq, created_at, updated_at)
    select uuidv7(), 'Ticket ' || i, repeat('Words. ', 40), 'incident', (array['open', 'waiting', 'closed'])[1 + i % 3], 'normal',
      ${person}, ${person}, 10, now() - i * interval '1 minute', now()
    from generate_series(1, 20000) i`
  yield* sql`
    insert into messages (id, ticket_id, seq, author_id, body, visibility, created_at)
    select uuidv7(), t.id, i, ${person}, repeat('Words. ', 20), 'public', now() from tickets t, generate_series(2, 6) i`
  yield* sql`vacuum analyze`.unprepared
})

interface Row {
  readonly id: string
  readonly requesterId: string
  readonly assigneeId: string
  readonly ticketId: string
  readonly authorId: string
}

/** What anybody would write by hand: a page, its messages, the people in both. */
const plainSql = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const tickets = yield* sql<Row>`
    select id, title, requester_id, assignee_id from tickets where status = any(${["open"]}::text[])
    order by created_at desc, id desc limit 21`
  const page = tickets.slice(0, 20)
  const messages = yield* sql<Row>`
    select m.id, m.ticket_id, m.body, m.author_id from unnest(${page.map(({ id }) => id)}::uuid[]) as w (id)
    cross join lateral (select * from messages where ticket_id = w.id order by seq desc limit 3) m`
  const ids = new Set([
    ...page.flatMap((row) => [row.requesterId, row.assigneeId]),
    ...messages.map((row) => row.authorId)
  ])
  const people = yield* sql<Row>`select id, name from users where id = any(${[...ids]}::uuid[])`
  const byId = new Map(people.map((one) => [one.id, one]))
  const byTicket = Map.groupBy(messages, ({ ticketId }) => ticketId)
  return JSON.stringify(page.map((row) => ({
    ...row,
    requester: byId.get(row.requesterId),
    assignee: byId.get(row.assigneeId),
    messages: byTicket.get(row.id)?.map((message) => ({ ...message, author: byId.get(message.authorId) }))
  })))
})

const now = () => performance.now()

/** Milliseconds for one, of so many at once: those that passed, and those that this process was at work. */
const timed = Effect.fnUntraced(function*<R>(one: Effect.Effect<unknown, unknown, R>) {
  const started = now()
  const before = process.cpuUsage()
  yield* Effect.forEach(Array.from({ length: each }), () => one, { concurrency: atOnce, discard: true })
  const { system, user } = process.cpuUsage(before)
  return { wall: (now() - started) / each, cpu: (system + user) / 1000 / each }
})

type Timed = Effect.Success<ReturnType<typeof timed>>

const median = (times: ReadonlyArray<number>) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0
const micros = (millis: number) => `${Math.round(millis * 1000)} µs`

const alone = (what: () => unknown) => {
  const started = now()
  for (let at = 0; at < 200; at++) what()
  return (now() - started) / 200
}

const say = (line: string) => Effect.sync(() => void process.stdout.write(`${line}\n`))

const bench = Effect.gen(function*() {
  const context = yield* Effect.context<Capabilities>()
  yield* AccessDesk.use((desk) => desk.ensureBuiltInRoles()).pipe(Effect.provide(AccessDesk.layer))
  yield* asOwner(plant)
  const { token } = yield* AccessTokens.use((tokens) => tokens.issue({ userId: UserId.make(agent), sessionId: agent }))
  const { dispose, handler } = HttpRouter.toWebHandler(
    HttpProgram.pipe(
      Layer.provide([Readiness.layer, Upgrades.layer]),
      Layer.provide(Layer.succeedContext(context)),
      Layer.provide(HttpServer.layerServices),
      Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "None"))
    ),
    { disableLogger: true, routerConfig: exactAddresses }
  )
  yield* Effect.addFinalizer(() => Effect.promise(dispose))

  const asked = (query: string) =>
    Effect.promise(async () => {
      const response = await handler(
        new Request("http://desk.bench/graphql", {
          method: "POST",
          headers: { authorization: `Bearer ${Redacted.value(token)}`, "content-type": "application/json" },
          body: JSON.stringify({ query })
        })
      )
      const text = await response.text()
      if (response.status !== 200 || text.includes("\"errors\"")) throw new Error(text)
      return text
    })
  const refused = (query: string) =>
    Effect.promise(async () => {
      const response = await handler(
        new Request("http://desk.bench/graphql", {
          method: "POST",
          headers: { authorization: `Bearer ${Redacted.value(token)}`, "content-type": "application/json" },
          body: query.startsWith("[") ? query : JSON.stringify({ query })
        })
      )
      await response.text()
      return response.status
    })
  const found: { nodes: Array<{ messages: { nodes: Array<unknown> } }> } =
    JSON.parse(yield* asked(document)).data.tickets
  if (found.nodes.length !== 20 || found.nodes.some(({ messages }) => messages.nodes.length !== 3)) {
    return yield* Effect.die(new Error("the page is not what it should be"))
  }

  const graph: Array<Timed> = []
  const nothing: Array<Timed> = []
  const plain: Array<Timed> = []
  for (let round = 0; round <= rounds; round++) {
    const times = [
      yield* timed(asked(document)),
      yield* timed(asked("{ __typename }")),
      yield* timed(plainSql)
    ] as const
    // The first round warms up.
    if (round === 0) continue
    graph.push(times[0])
    nothing.push(times[1])
    plain.push(times[2])
  }
  const parsed = parse(document)
  const walls = [graph, nothing, plain].map((rounds) => median(rounds.map(({ wall }) => wall)))
  const [whole = 0, empty = 0, sql = 0] = walls
  const cpus = [graph, nothing, plain].map((rounds) => median(rounds.map(({ cpu }) => cpu)))
  yield* say(
    `20 tickets, requester, assignee, three messages with authors; ${rounds} rounds of ${each}, ${atOnce} at once, medians`
  )
  yield* say(`GraphQL             ${micros(whole)} each`)
  yield* say(`plain SQL           ${micros(sql)} each: GraphQL takes ${(whole / sql).toFixed(2)} times as long`)
  yield* say(`of it, the request  ${micros(empty)} (edge, actor, gate, yoga, answer: { __typename })`)
  yield* say(`of it, the rest     ${micros(whole - empty)} (desks with their SQL, schemas of the rows, fields, JSON)`)
  yield* say(`at work in this process: GraphQL, the request alone, plain SQL: ${cpus.map(micros).join(", ")}`)
  for (const [title, query] of hostile) {
    const rss = process.memoryUsage().rss
    const times: Array<number> = []
    for (let at = 0; at < 50; at++) {
      const started = now()
      const status = yield* refused(query)
      times.push(now() - started)
      if (status < 400 || status > 499) return yield* Effect.die(new Error(`${title} was answered with ${status}`))
    }
    const grown = (process.memoryUsage().rss - rss) / 1_048_576
    yield* say(`refused: ${title}: median ${micros(median(times))}, memory ${grown.toFixed(1)} MiB more after 50`)
  }
  yield* say(
    `what is spared a document that comes again: parse ${micros(alone(() => parse(document)))}, validate ${
      micros(alone(() => validate(graphSchema, parsed)))
    }; limits, each time: ${micros(alone(() => excessOf(graphSchema, parsed, {})))}`
  )
}).pipe(Effect.scoped, Effect.ensuring(Effect.sync(() => rmSync(dataDir, { recursive: true, force: true }))))

runProcess(bench.pipe(Effect.provide(Desk)))
