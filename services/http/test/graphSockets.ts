import { AccessTokens } from "@opsdesk/capabilities/AccessTokens"
import { UserId } from "@opsdesk/kernel/Ids"
import { Rooms } from "@opsdesk/rooms/Rooms"
import type { Person } from "@opsdesk/testkit/people"
import { personIds } from "@opsdesk/testkit/people"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { Effect, Exit, Layer, Redacted, Scope } from "effect"
import { HttpServer } from "effect/http"
import { createClient } from "graphql-ws"
import type { Socket } from "node:net"
import { WebSocket } from "ws"
import { OnTheWireNoStack } from "./raw.ts"
import type { Json } from "./TestHttp.ts"

/** The program on a port, and the rooms that it uses. */
export const OnPort = (variables?: Record<string, string>) =>
  OnTheWireNoStack().pipe(
    Layer.provideMerge(Rooms.layer),
    Layer.provideMerge(TestStack("peopled", undefined, variables))
  )

/** One more program on the stack around it, and what stops it. */
export const started = Effect.gen(function*() {
  const scope = yield* Effect.acquireRelease(Scope.make(), (made) => Scope.close(made, Exit.void))
  const memo = yield* Layer.makeMemoMap
  const context = yield* Layer.buildWithMemoMap(Layer.fresh(OnTheWireNoStack()), memo, scope)
  return { context, stop: Scope.close(scope, Exit.void) }
})

export const port = Effect.gen(function*() {
  const server = yield* HttpServer.HttpServer
  return "port" in server.address ? server.address.port : yield* Effect.die(new Error("not on a port"))
})

export const tokenOf = Effect.fnUntraced(function*(person: Person) {
  const tokens = yield* AccessTokens
  const { token } = yield* Effect.orDie(
    tokens.issue({ userId: UserId.make(personIds[person]), sessionId: personIds[person] })
  )
  return Redacted.value(token)
})

/** Asks by POST. */
export const posted = Effect.fnUntraced(function*(person: Person, query: string, variables: object = {}) {
  const token = yield* tokenOf(person)
  const at = yield* port
  const answer: Json = yield* Effect.promise(async () => {
    const response = await fetch(`http://127.0.0.1:${at}/graphql`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ query, variables })
    })
    return response.json()
  })
  return answer
})

export const opened = Effect.fnUntraced(function*(person: Person = "carla", teamId?: string) {
  const answer = yield* posted(
    person,
    "mutation ($input: CreateTicketInput!) { createTicket(input: $input) { ticket { id } } }",
    { input: { title: "Live", description: "", ...(teamId === undefined ? {} : { teamId }) } }
  )
  return String(answer.data.createTicket.ticket.id)
})

export const said = (ticketId: string, body: string, as: Person = "carla") =>
  posted(as, "mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }", {
    input: { ticketId, body }
  })

/** A frame as `JSON.parse` types it. */
export type Frame = Json

/** A socket without a client that knows the protocol, let in as somebody, hung up with the scope. */
export const bare = Effect.fnUntraced(function*(token: string) {
  const at = yield* port
  const frames: Array<Frame> = []
  const wanting = new Set<() => void>()
  const tell = () => {
    for (const look of wanting) look()
  }
  const socket = yield* Effect.acquireRelease(
    Effect.sync(() => new WebSocket(`ws://127.0.0.1:${at}/graphql`, ["graphql-transport-ws"])),
    (open) => Effect.sync(() => open.terminate())
  )
  let closed: { readonly code: number; readonly reason: string } | undefined
  const say = (frame: object) => socket.send(JSON.stringify(frame))
  let below: Socket | undefined
  /** Several frames in one write. */
  const sayAtOnce = (...all: ReadonlyArray<object>) => {
    below?.cork()
    for (const frame of all) say(frame)
    below?.uncork()
  }
  socket.on("error", () => {})
  socket.on("upgrade", (response) => void (below = response.socket))
  socket.on("open", () => say({ type: "connection_init", payload: { authorization: `Bearer ${token}` } }))
  socket.on("message", (data: Buffer) => {
    frames.push(JSON.parse(data.toString("utf8")))
    tell()
  })
  socket.on("close", (code: number, reason: Buffer) => {
    closed = { code, reason: reason.toString("utf8") }
    tell()
  })
  const until = <A>(found: () => A | undefined) =>
    Effect.callback<A>((resume) => {
      const look = () => {
        const it = found()
        if (it === undefined) return
        wanting.delete(look)
        resume(Effect.succeed(it))
      }
      wanting.add(look)
      look()
    })
  const heard = (type: string, id?: string): Effect.Effect<Frame> =>
    until(() => frames.find((frame) => frame.type === type && (id === undefined || frame.id === id)))
  yield* heard("connection_ack")
  return {
    socket,
    frames,
    say,
    sayAtOnce,
    heard,
    subscribe: (id: string, query: string) => say({ id, type: "subscribe", payload: { query } }),
    hungUp: until(() => closed)
  }
})

/** A client of `graphql-ws`, hung up with the scope; `hungUp` gives the close event. */
export const connected = Effect.fnUntraced(function*(connectionParams: Record<string, unknown>) {
  const at = yield* port
  const hungUp = Promise.withResolvers<{ readonly code: number; readonly reason: string }>()
  const sockets: Array<WebSocket> = []
  class Watched extends WebSocket {
    constructor(url: string, protocol: string) {
      super(url, protocol)
      sockets.push(this)
    }
  }
  const client = yield* Effect.acquireRelease(
    Effect.sync(() =>
      createClient({
        url: `ws://127.0.0.1:${at}/graphql`,
        webSocketImpl: Watched,
        connectionParams,
        lazy: false,
        retryAttempts: 0,
        onNonLazyError: () => {}
      })
    ),
    (made) => Effect.promise(async () => made.dispose())
  )
  client.on("closed", (event) => {
    if (typeof event === "object" && event !== null && "code" in event && "reason" in event) {
      hungUp.resolve({ code: Number(event.code), reason: String(event.reason) })
    }
  })
  /** What an operation is answered with, one after another; null at its end. */
  const asked = (query: string, variables: Record<string, unknown> = {}) => {
    const answers = client.iterate({ query, variables })
    const next: Effect.Effect<Json> = Effect.promise(async () => {
      const { done, value } = await answers.next()
      return done === true ? null : value
    })
    return { next, leave: Effect.promise(async () => answers.return?.()) }
  }
  return { client, asked, sockets, hungUp: Effect.promise(() => hungUp.promise) }
})

export const connectedAs = (person: Person) =>
  Effect.flatMap(tokenOf(person), (token) => connected({ authorization: `Bearer ${token}` }))
