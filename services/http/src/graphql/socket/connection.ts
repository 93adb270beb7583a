import type { Unauthenticated } from "@opsdesk/access/AccessProblems"
import type { Actor } from "@opsdesk/access/Actor"
import type { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import { guestBy } from "@opsdesk/rooms/guestBy"
import type { Guest } from "@opsdesk/rooms/Listener"
import type { Rooms } from "@opsdesk/rooms/Rooms"
import type { Seat } from "@opsdesk/serving/Gatekeeper"
import { endOf } from "@opsdesk/serving/handshake"
import { comeBack } from "@opsdesk/serving/Sockets"
import { Cause, Clock, Effect, FiberSet, Redacted, Scope } from "effect"
import type { ExecutionArgs } from "graphql"
import { CloseCode, makeServer } from "graphql-ws"
import type { WebSocket } from "ws"
import type { Prepared } from "../engine.ts"
import { subscribed } from "../engine.ts"
import { errorOf } from "../problems.ts"
import { graphSchema } from "../schema.ts"
import type { Asking } from "./operations.ts"
import { answered, Going, preparedFor } from "./operations.ts"
import { Turns } from "./Turns.ts"
import type { Wire } from "./wireOf.ts"
import { closeCodes } from "./wireOf.ts"

/** How long somebody may take to say who they are, in milliseconds. */
const introduction = 5000

/** So long the sources of whoever may come in no more have to say so, before the line is cut. */
const lastWords = "500 millis"

export interface ConnectionOptions {
  readonly socket: WebSocket
  readonly wire: Wire
  readonly seat: Seat
  readonly rooms: Rooms["Service"]
  /** The token of the handshake, if one came with it. */
  readonly token: Redacted.Redacted<string> | null
  readonly authenticate: (
    token: Redacted.Redacted<string>
  ) => Effect.Effect<Actor, Unauthenticated | DependencyUnavailable>
  readonly asking: Omit<Asking, "authenticate" | "until">
}

const tokenIn = (parameters: Readonly<Record<string, unknown>> | undefined): Redacted.Redacted<string> | null => {
  const authorization = parameters?.["authorization"]
  const [, token] = typeof authorization === "string" ? /^bearer +(\S+) *$/i.exec(authorization) ?? [] : []
  return token === undefined ? null : Redacted.make(token)
}

/** Carries what has been prepared through the protocol's server, which knows contexts as anything. */
class Carried {
  readonly prepared: Prepared
  constructor(prepared: Prepared) {
    this.prepared = prepared
  }
}

const preparedIn = (context: unknown): Prepared => {
  if (context instanceof Carried) return context.prepared
  throw new Error("an operation that nobody has prepared")
}

const argsOf = (prepared: Prepared): ExecutionArgs => {
  const { asked, read } = prepared
  if (read.document === undefined) throw new Error("an operation without a document")
  return {
    schema: graphSchema,
    document: read.document,
    operationName: asked.operationName ?? null,
    variableValues: asked.variables,
    contextValue: new Carried(prepared)
  }
}

/** What waits until the socket is closed; all that was begun on it is over when this is. */
export const converse = Effect.fnUntraced(function*(options: ConnectionOptions) {
  const { authenticate, rooms, seat, socket, wire } = options
  const scope = yield* Scope.Scope
  const run = yield* FiberSet.makeRuntimePromise<never>()
  const going = new Going()
  const turns = new Turns()
  let asking: Asking | null = null

  const leaveLater = Effect.sleep(lastWords).pipe(
    Effect.andThen(Effect.sync(() => wire.hangUp(closeCodes.forbidden, "the token lets nobody in any more"))),
    Effect.forkIn(scope)
  )

  /** Has whoever comes by a token looked at for as long as the socket is open. */
  const admit = Effect.fnUntraced(function*(token: Redacted.Redacted<string>) {
    const admitted = yield* guestBy(authenticate(token))
    const actor = admitted.actor()
    if (actor === null) return false
    if (seat.takenBy(actor.userId) !== null) {
      wire.hangUp(comeBack.tryAgainLater, "you have too many sockets open")
      return true
    }
    const guest: Guest = {
      ...admitted,
      refresh: Effect.andThen(
        admitted.refresh,
        Effect.suspend(() => admitted.actor() === null ? Effect.asVoid(leaveLater) : Effect.void)
      )
    }
    yield* Scope.provide(rooms.admit(guest), scope)
    const until = endOf(token)
    if (until !== null) {
      const now = yield* Clock.currentTimeMillis
      yield* Effect.forkIn(Effect.andThen(Effect.sleep(Math.max(0, until - now)), leaveLater), scope)
    }
    asking = { ...options.asking, authenticate: authenticate(token), until }
    return true
  })

  const server = makeServer<Record<string, unknown>, null>({
    schema: graphSchema,
    connectionInitWaitTimeout: introduction,
    onConnect: ({ connectionParams }) => {
      const token = options.token ?? tokenIn(connectionParams)
      if (token === null) return false
      return run(
        admit(token).pipe(
          Effect.catchTag("Unauthenticated", () => Effect.succeed(false)),
          Effect.catchTag("DependencyUnavailable", () =>
            Effect.sync(() => {
              wire.hangUp(comeBack.tryAgainLater, "try again later")
              return true
            }))
        )
      )
    },
    onSubscribe: async (_, id, payload) => {
      if (asking === null) throw new Error("nobody has come in")
      const found = await run(
        preparedFor(asking, { ...payload }, going.begin(id)).pipe(
          Effect.catchTag("Unauthenticated", (problem) => Effect.as(leaveLater, [errorOf(problem, null)]))
        )
      )
      if (!("length" in found)) return argsOf(found)
      going.end(id)
      return found
    },
    execute: ({ contextValue }) => run(answered(preparedIn(contextValue))),
    subscribe: ({ contextValue, document }) => subscribed(document, preparedIn(contextValue)),
    onError: (_, id) => turns.left(id),
    onComplete: (_, id) => {
      turns.left(id)
      going.end(id)
    }
  })
  const closed = server.opened({
    protocol: socket.protocol,
    send: wire.send,
    close: (code, reason) => wire.hangUp(code ?? closeCodes.failed, reason ?? ""),
    onMessage: (hear) =>
      wire.listen((text, { id, type }) => {
        const deal = () =>
          hear(text).catch((cause: unknown) => {
            if (socket.readyState !== socket.OPEN) return
            void run(Effect.logError("a socket failed", Cause.die(cause)))
            wire.hangUp(closeCodes.failed, "something went wrong")
          })
        if (type === "subscribe") {
          if (!turns.take(id, deal)) {
            wire.hangUp(CloseCode.SubscriberAlreadyExists, `Subscriber for ${id} already exists`)
          }
          return
        }
        if (type === "complete") {
          turns.giveUp(id)
          // What is being prepared or executed has no source yet that could be told.
          going.end(id)
        }
        void deal()
      })
  }, null)
  socket.resume()
  yield* Effect.callback<void>((resume) => {
    const end = () => {
      turns.end()
      going.endAll()
      // Sources are told one by one; what they say in the end is heard by nobody.
      closed(1000, "").then(() => resume(Effect.void), () => resume(Effect.void))
    }
    if (socket.readyState === socket.CLOSED) end()
    else socket.once("close", end)
  })
})
