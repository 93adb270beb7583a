import type { LimitFigures } from "@opsdesk/capabilities/LimitFigures"
import { Clock, Effect, FiberSet, Random, Schedule } from "effect"
import type { Scope } from "effect"
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import type { WebSocket } from "ws"
import { WebSocketServer } from "ws"
import type { Seat } from "./Gatekeeper.ts"
import { Gatekeeper } from "./Gatekeeper.ts"
import { frugal, isFromHere } from "./handshake.ts"
import { Heartbeat } from "./Heartbeat.ts"
import { Readiness } from "./Readiness.ts"
import type { Refusal } from "./refusal.ts"
import { foreignOrigin, refuse, unavailable } from "./refusal.ts"
import { Upgrades } from "./Upgrades.ts"

/** The program stops, or there is no room now: clients come back later (RFC 6455, section 7.4, and its registry). */
export const comeBack = { restarting: 1012, tryAgainLater: 1013 } as const

/** When a program stops, its clients come back spread over so many milliseconds. */
const spread = 5000
/** How long they have to say good-bye. */
const farewell = "2 seconds"

const beat = Schedule.spaced("1 second")

const isRefusal = (seat: Seat | Refusal): seat is Refusal => "slug" in seat

/** Somebody at the door. */
export interface Arrival {
  readonly request: IncomingMessage
  readonly stream: Duplex
  readonly ip: string | null
  readonly seat: Seat
  /** Ends the handshake. The socket waits with what it has to say until it is resumed, and is closed with the scope. */
  readonly open: Effect.Effect<WebSocket, never, Scope.Scope>
}

export interface SocketsOptions {
  readonly address: string
  readonly protocol: string
  readonly origins: ReadonlySet<string>
  /** Null where nothing is limited. */
  readonly figures: LimitFigures["sockets"] | null
  /** Who is behind an address, as limits count. */
  readonly sourceOf: (ip: string | null) => string
  /** From the door to the end. A refusal is the answer to the handshake, if it has not ended. */
  readonly attend: (arrival: Arrival) => Effect.Effect<void, Refusal, Scope.Scope>
  /** Hears how many are open. */
  readonly counted?: (open: number) => void
}

/**
 * WebSockets at an address, from the handshake on: pages from elsewhere and those beyond a limit are refused, the dead are
 * found, and when the program stops each client is told to come back at a moment of its own.
 */
export const serveSockets = Effect.fnUntraced(function*(options: SocketsOptions) {
  const { address, attend, counted = () => {}, figures, origins, protocol, sourceOf } = options
  const readiness = yield* Readiness
  const upgrades = yield* Upgrades
  const clock = yield* Clock.Clock
  const gatekeeper = new Gatekeeper(figures)
  const sockets = new Map<WebSocket, Heartbeat>()
  const now = () => clock.currentTimeMillisUnsafe()
  const server = new WebSocketServer({
    ...frugal,
    noServer: true,
    autoPong: false,
    handleProtocols: (offered) => offered.has(protocol) ? protocol : false
  })
  const run = yield* FiberSet.makeRuntime<never>()
  counted(0)

  const accept = (request: IncomingMessage, stream: Duplex, head: Buffer) =>
    Effect.callback<WebSocket>((resume) => {
      server.handleUpgrade(request, stream, head, (socket) => {
        // One frame that is too large would end the process where nobody listens for errors.
        socket.on("error", () => {})
        socket.pause()
        const heartbeat = new Heartbeat(socket, now())
        socket.on("pong", () => heartbeat.pong())
        sockets.set(socket, heartbeat)
        counted(sockets.size)
        resume(Effect.succeed(socket))
      })
      // `ws` has refused what is no handshake of its own, and hangs up.
      stream.once("close", () => resume(Effect.interrupt))
    })

  const leave = (socket: WebSocket) =>
    Effect.sync(() => {
      if (socket.readyState === socket.OPEN) socket.close(comeBack.restarting)
      sockets.delete(socket)
      counted(sockets.size)
    })

  const upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on("error", () => stream.destroy())
    const no = (refusal: Refusal) => refuse(stream, refusal, address)
    if (!isFromHere(request, origins)) return no(foreignOrigin)
    if (readiness.isDraining() || !readiness.admits(address)) return no(unavailable)
    const ip = request.socket.remoteAddress ?? null
    const seat = gatekeeper.come(sourceOf(ip), now())
    if (isRefusal(seat)) return no(seat)
    const open = Effect.acquireRelease(accept(request, stream, head), leave, { interruptible: true })
    run(
      attend({ request, stream, ip, seat, open }).pipe(
        Effect.scoped,
        Effect.catch((refusal) => Effect.sync(() => no(refusal))),
        Effect.catchDefect((defect) =>
          Effect.andThen(Effect.logError("a socket failed", defect), Effect.sync(() => stream.destroy()))
        ),
        Effect.ensuring(Effect.sync(seat.leave))
      )
    )
  }

  yield* Effect.forkScoped(Effect.repeat(
    Effect.sync(() => {
      for (const heartbeat of sockets.values()) heartbeat.beat(now())
    }),
    beat
  ))

  // Released first: clients are told to come back to another program, each at a moment of their own.
  yield* Effect.addFinalizer(() =>
    Effect.gen(function*() {
      for (const socket of sockets.keys()) {
        const millis = yield* Random.nextIntBetween(0, spread)
        socket.close(comeBack.restarting, `come back in ${millis} ms`)
      }
      yield* Effect.sync(() => sockets.size).pipe(
        Effect.repeat({ until: (left) => left === 0, schedule: Schedule.spaced("20 millis") }),
        Effect.interruptible,
        Effect.timeoutOption(farewell)
      )
      for (const socket of sockets.keys()) socket.terminate()
    })
  )
  yield* upgrades.claim(address, upgrade)
})
