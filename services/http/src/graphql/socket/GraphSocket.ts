import { AccessDesk } from "@opsdesk/access/AccessDesk"
import { sourceOf } from "@opsdesk/access/sourceOf"
import { RateLimits } from "@opsdesk/capabilities/RateLimits"
import { Rooms } from "@opsdesk/rooms/Rooms"
import type { Seat } from "@opsdesk/serving/Gatekeeper"
import { Gatekeeper } from "@opsdesk/serving/Gatekeeper"
import { frugal, isFromHere, tokenOf } from "@opsdesk/serving/handshake"
import { Heartbeat } from "@opsdesk/serving/Heartbeat"
import { Readiness } from "@opsdesk/serving/Readiness"
import type { Refusal } from "@opsdesk/serving/refusal"
import { foreignOrigin, refuse, unauthenticated, unavailable } from "@opsdesk/serving/refusal"
import { Upgrades } from "@opsdesk/serving/Upgrades"
import { originsOf } from "@opsdesk/stack/origins"
import { Settings } from "@opsdesk/stack/Settings"
import { Clock, Effect, FiberSet, Layer, Random, Schedule } from "effect"
import { GRAPHQL_TRANSPORT_WS_PROTOCOL as protocol } from "graphql-ws"
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import type { WebSocket } from "ws"
import { WebSocketServer } from "ws"
import { GraphDocuments } from "../documents.ts"
import type { GraphDesks } from "../graphContext.ts"
import { attend } from "./connection.ts"
import { closeCodes, wireOf } from "./wireOf.ts"

const address = "/graphql"

/** When a program stops, its clients come back spread over so many milliseconds. */
const spread = 5000
/** How long they have to say good-bye. */
const farewell = "2 seconds"

const beat = Schedule.spaced("1 second")

const isRefusal = (seat: Seat | Refusal): seat is Refusal => "slug" in seat

/** GraphQL by `graphql-transport-ws` at the same address as by HTTP, of the same actors and within the same limits. */
export const GraphSocket = Layer.effectDiscard(Effect.gen(function*() {
  const desks = yield* Effect.context<GraphDesks>()
  const settings = yield* Settings
  const readiness = yield* Readiness
  const upgrades = yield* Upgrades
  const access = yield* AccessDesk
  const rooms = yield* Rooms
  const limits = yield* RateLimits
  const readDocument = yield* GraphDocuments
  const clock = yield* Clock.Clock
  const origins = originsOf(settings)
  const figures = settings.limits.on ? settings.limits.figures.sockets : null
  const gatekeeper = new Gatekeeper(figures)
  const open = new Map<WebSocket, Heartbeat>()
  const now = () => clock.currentTimeMillisUnsafe()
  const server = new WebSocketServer({
    ...frugal,
    noServer: true,
    autoPong: false,
    handleProtocols: (offered) => offered.has(protocol) ? protocol : false
  })
  const run = yield* FiberSet.makeRuntime<never>()

  const accept = (request: IncomingMessage, stream: Duplex, head: Buffer) =>
    Effect.callback<WebSocket>((resume) => {
      server.handleUpgrade(request, stream, head, (socket) => {
        // One frame that is too large would end the process where nobody listens for errors.
        socket.on("error", () => {})
        resume(Effect.succeed(socket))
      })
      // `ws` has refused what is no handshake of its own, and hangs up.
      stream.once("close", () => resume(Effect.interrupt))
    })

  const admit = Effect.fnUntraced(function*(request: IncomingMessage, stream: Duplex, head: Buffer, seat: Seat) {
    const token = tokenOf(request)
    // Whoever brings a token hears before anything is opened that it lets nobody in.
    if (token !== null) yield* access.authenticate(token)
    const socket = yield* accept(request, stream, head)
    open.set(socket, new Heartbeat(socket, now()))
    const ip = request.socket.remoteAddress ?? null
    const wire = wireOf({ socket, stream, figures, now })
    yield* attend({
      socket,
      wire,
      seat,
      rooms,
      token,
      authenticate: access.authenticate,
      asking: { desks, readDocument, limits, ip }
    }).pipe(
      Effect.ensuring(Effect.sync(() => {
        wire.hangUp(closeCodes.restarting, "")
        open.delete(socket)
      }))
    )
  }, Effect.scoped)

  const upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on("error", () => stream.destroy())
    const no = (refusal: Refusal) => refuse(stream, refusal, address)
    if (!isFromHere(request, origins)) return no(foreignOrigin)
    if (readiness.isDraining() || !readiness.admits(address)) return no(unavailable)
    const seat = gatekeeper.come(sourceOf(request.socket.remoteAddress ?? null), now())
    if (isRefusal(seat)) return no(seat)
    run(
      admit(request, stream, head, seat).pipe(
        Effect.catchTag("Unauthenticated", () => Effect.sync(() => no(unauthenticated(true)))),
        Effect.catchTag("DependencyUnavailable", () => Effect.sync(() => no(unavailable))),
        Effect.catchDefect((defect) =>
          Effect.andThen(Effect.logError("a socket failed", defect), Effect.sync(() => stream.destroy()))
        ),
        Effect.ensuring(Effect.sync(seat.leave))
      )
    )
  }

  yield* Effect.forkScoped(Effect.repeat(
    Effect.sync(() => {
      for (const heartbeat of open.values()) heartbeat.beat(now())
    }),
    beat
  ))

  // Released first: clients are told to come back to another program, each at a moment of their own.
  yield* Effect.addFinalizer(() =>
    Effect.gen(function*() {
      for (const socket of open.keys()) {
        const millis = yield* Random.nextIntBetween(0, spread)
        socket.close(closeCodes.restarting, `come back in ${millis} ms`)
      }
      yield* Effect.sync(() => open.size).pipe(
        Effect.repeat({ until: (left) => left === 0, schedule: Schedule.spaced("20 millis") }),
        Effect.interruptible,
        Effect.timeoutOption(farewell)
      )
      for (const socket of open.keys()) socket.terminate()
    })
  )
  yield* upgrades.claim(address, upgrade)
}))
