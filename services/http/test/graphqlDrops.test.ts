import { assert, layer } from "@effect/vitest"
import { Rooms } from "@opsdesk/rooms/Rooms"
import { asOwner } from "@opsdesk/testkit/asOwner"
import { Effect, Layer, Metric, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { connect } from "node:net"
import type { Socket } from "node:net"
import { WebSocket } from "ws"
import { OnPort, opened, port, said, tokenOf } from "./graphSockets.ts"

/** In `pnpm test:faults` as many as the promise says. */
const subscriptions = process.env["OPSDESK_FAULTS"] === "all" ? 10_000 : 500
const together = 250
const perSocket = 5

/** Fibers that have begun and not ended, in this process. */
const fibers = Effect.map(Metric.snapshot, (metrics) => {
  const active = metrics.find(({ id }) => id === "child_fibers_active")
  return active?.type === "Gauge" ? Number(active.state.value) : 0
})

/** All that somebody could leave behind. */
const standing = Effect.gen(function*() {
  const { count } = yield* Rooms
  const handles = process.getActiveResourcesInfo()
  const of = (kind: string) => handles.filter((handle) => handle === kind).length
  return { ...count(), fibers: yield* fibers, sockets: of("TCPSocketWrap"), timers: of("Timeout") }
})

const query = (ticket: string) => `subscription { ticketEvents(ticketId: "${ticket}", after: 0) { seq } }`

/** One that listens by WebSocket to several sources; gives the socket below it, once all of them have said something. */
const bySocket = (at: number, token: string, ticket: string) =>
  Effect.callback<Socket>((resume) => {
    const ws = new WebSocket(`ws://127.0.0.1:${at}/graphql`, ["graphql-transport-ws"], {
      headers: { authorization: `Bearer ${token}` }
    })
    let below: Socket | undefined
    const heard = new Set<string>()
    ws.on("error", () => {})
    ws.on("upgrade", ({ socket }) => void (below = socket))
    ws.on("open", () => ws.send(JSON.stringify({ type: "connection_init" })))
    ws.on("message", (data: Buffer) => {
      const frame = JSON.parse(data.toString("utf8"))
      if (frame.type === "connection_ack") {
        for (let id = 0; id < perSocket; id++) {
          ws.send(JSON.stringify({ id: `${id}`, type: "subscribe", payload: { query: query(ticket) } }))
        }
      }
      if (frame.type === "next") heard.add(frame.id)
      if (heard.size === perSocket && below !== undefined) resume(Effect.succeed(below))
    })
  })

const request = (token: string, document: string, accept: string) => {
  const body = JSON.stringify({ query: document })
  return [
    "POST /graphql HTTP/1.1",
    "host: 127.0.0.1",
    `authorization: Bearer ${token}`,
    "content-type: application/json",
    `accept: ${accept}`,
    `content-length: ${body.length}`,
    "",
    body
  ].join("\r\n")
}

/** One that listens by server-sent events, once it has heard something. */
const byEvents = (at: number, token: string, ticket: string) =>
  Effect.callback<Socket>((resume) => {
    const socket = connect({ port: at, host: "127.0.0.1" })
    let text = ""
    socket.on("error", () => {})
    socket.on("connect", () => socket.write(request(token, query(ticket), "text/event-stream")))
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk
      if (text.includes("ticketEvents")) resume(Effect.succeed(socket))
    })
  })

layer(OnPort().pipe(Layer.provideMerge(Metric.enableRuntimeMetricsLayer)), { excludeTestServices: true })(
  "a desk whose clients drop off the line",
  (it) => {
    it.effect(
      `is as it was before after ${subscriptions} subscriptions`,
      () =>
        Effect.gen(function*() {
          const at = yield* port
          const token = yield* tokenOf("carla")
          const ticket = yield* opened()
          const round = (count: number) =>
            Effect.gen(function*() {
              const ways = Array.from(
                { length: count / 2 },
                (_, which) => which % perSocket === 0 ? [bySocket, byEvents] : [byEvents]
              ).flat()
              const sockets = yield* Effect.forEach(ways, (way) => way(at, token, ticket), { concurrency: 50 })
              const { guests, listeners } = yield* standing
              assert.isAtLeast(listeners, count / 2 + count / 2 / perSocket * perSocket)
              assert.isAtLeast(guests, listeners)
              for (const socket of sockets) socket.destroy()
            })
          // The first bring what is there for good, among it all connections to the database.
          yield* round(together)
          yield* Effect.sleep("1 second")
          const before = yield* standing
          assert.deepInclude(before, { guests: 0, listeners: 0 })
          for (let done = 0; done < subscriptions; done += together) {
            yield* round(together)
            yield* said(ticket, "nobody is there to hear it")
          }
          const isAsBefore = Effect.map(standing, (now) =>
            now.guests === 0 && now.listeners === 0 && now.fibers <= before.fibers && now.sockets <= before.sockets &&
            now.timers <= before.timers)
          // Not by a timeout: that would have fibers of its own.
          yield* Effect.repeat(isAsBefore, {
            until: (is) =>
              is,
            schedule: Schedule.spaced("100 millis").pipe(Schedule.upTo({ times: 200 }))
          })
          const after = yield* standing
          assert.deepStrictEqual({
            ...after,
            fibers: Math.max(after.fibers, before.fibers),
            sockets: Math.max(after.sockets, before.sockets),
            timers: Math.max(after.timers, before.timers)
          }, before)
        }),
      900_000
    )

    it.effect("stops what it does for a client that has left, in the database, too", () =>
      Effect.gen(function*() {
        const at = yield* port
        const token = yield* tokenOf("ada")
        const waiting = Effect.map(
          Effect.flatMap(SqlClient.SqlClient, (sql) =>
            sql<{ count: number }>`
              select count(*)::int as count from pg_locks
              where relation = 'messages'::regclass and not granted`),
          ([row]) => row?.count ?? 0
        )
        const until = (count: number) =>
          waiting.pipe(
            Effect.repeat({ until: (found) => found === count, schedule: Schedule.spaced("20 millis") }),
            Effect.timeout("4 seconds")
          )
        yield* opened()
        const document = "{ tickets(first: 5) { nodes { messages(last: 1) { nodes { body } } } } }"
        yield* asOwner(Effect.gen(function*() {
          const sql = yield* SqlClient.SqlClient
          yield* sql.withTransaction(Effect.gen(function*() {
            yield* sql`lock table messages in access exclusive mode`
            const socket = connect({ port: at, host: "127.0.0.1" })
            socket.on("error", () => {})
            socket.write(request(token, document, "application/json"))
            yield* until(1)
            socket.destroy()
            yield* until(0)
            const ws = new WebSocket(`ws://127.0.0.1:${at}/graphql`, ["graphql-transport-ws"], {
              headers: { authorization: `Bearer ${token}` }
            })
            ws.on("error", () => {})
            ws.on("open", () => ws.send(JSON.stringify({ type: "connection_init" })))
            ws.once("message", () =>
              ws.send(JSON.stringify({ id: "1", type: "subscribe", payload: { query: document } })))
            yield* until(1)
            ws.terminate()
            yield* until(0)
          }))
        }))
      }), 30_000)
  }
)
