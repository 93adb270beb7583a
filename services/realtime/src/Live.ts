import { AccessDesk } from "@opsdesk/access/AccessDesk"
import { sourceOf } from "@opsdesk/access/sourceOf"
import { Metrics } from "@opsdesk/capabilities/Metrics"
import { RateLimits } from "@opsdesk/capabilities/RateLimits"
import { MessageDesk } from "@opsdesk/messages/MessageDesk"
import { Rooms } from "@opsdesk/rooms/Rooms"
import type { Seat } from "@opsdesk/serving/Gatekeeper"
import { Gatekeeper } from "@opsdesk/serving/Gatekeeper"
import { frugal, isFromHere, tokenOf } from "@opsdesk/serving/handshake"
import { Heartbeat } from "@opsdesk/serving/Heartbeat"
import { Readiness } from "@opsdesk/serving/Readiness"
import { foreignOrigin, refuse, unauthenticated, unavailable } from "@opsdesk/serving/refusal"
import type { Refusal } from "@opsdesk/serving/refusal"
import { Upgrades } from "@opsdesk/serving/Upgrades"
import { originsOf } from "@opsdesk/stack/origins"
import { Settings } from "@opsdesk/stack/Settings"
import type { Redacted } from "effect"
import { Clock, Effect, FiberSet, Layer, Random, Schedule } from "effect"
import { SecureRandom } from "effect/crypto"
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import type { WebSocket } from "ws"
import { WebSocketServer } from "ws"
import { Company } from "./Company.ts"
import type { Connection } from "./Connection.ts"
import { connectionOf } from "./Connection.ts"
import { dealer } from "./dealWith.ts"
import { Inflow } from "./Inflow.ts"
import { closeCodes, protocol } from "./Protocol.ts"

/** When a program stops, its clients come back spread over so many milliseconds. */
const spread = 5000
/** How long they have to say good-bye. */
const farewell = "2 seconds"

const beat = Schedule.spaced("1 second")

const isRefusal = (seat: Seat | Refusal): seat is Refusal => "slug" in seat

/** WebSockets at `/ws`, from the handshake to the end. */
export const Live = Layer.effectDiscard(Effect.gen(function*() {
  const settings = yield* Settings
  const readiness = yield* Readiness
  const metrics = yield* Metrics
  const upgrades = yield* Upgrades
  const access = yield* AccessDesk
  const clock = yield* Clock.Clock
  const counter = {
    rooms: yield* Rooms,
    company: yield* Company,
    messages: yield* MessageDesk,
    limits: yield* RateLimits,
    random: yield* SecureRandom.SecureRandom
  }
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
  metrics.socketsOpen(0)

  /** From when it is open until it is closed. */
  const attend = Effect.fnUntraced(function*(connection: Connection) {
    const { actor, hangUp, say, socket } = connection
    const deal = yield* dealer(counter, connection)
    const inflow = new Inflow(figures, now())
    const judged = (verdict: ReturnType<Inflow["frame"]>) => {
      if (verdict._tag === "Frame") {
        metrics.frames("in", verdict.frame.type, 1)
        return connection.keep(verdict.frame)
      }
      metrics.frames("in", verdict._tag === "Refused" && verdict.kind === "malformed" ? "malformed" : "refused", 1)
      if (verdict._tag === "Refused") say(verdict.error)
      if (verdict._tag === "HangUp") hangUp(closeCodes[verdict.why], "repeated abuse")
    }
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      if (socket.readyState === socket.OPEN) judged(inflow.frame(isBinary ? null : data.toString("utf8"), now()))
    })
    socket.on("ping", (data: Buffer) => {
      if (socket.readyState !== socket.OPEN) return
      const refused = inflow.ping(now())
      if (refused !== null) return judged(refused)
      // Whoever does not read is not answered into memory.
      if (connection.outflow.backlog < frugal.maxPayload) socket.pong(data)
    })
    const closed = Effect.callback<void>((resume) => {
      if (socket.readyState === socket.CLOSED) return resume(Effect.void)
      socket.once("close", () => resume(Effect.void))
    })
    // What was said before anybody listened here has been kept by the pause.
    socket.resume()
    yield* Effect.raceFirst(closed, Effect.forever(Effect.flatMap(connection.next, deal))).pipe(
      Effect.annotateLogs("user_id", actor.userId)
    )
  })

  const accept = (request: IncomingMessage, stream: Duplex, head: Buffer) =>
    Effect.callback<WebSocket>((resume) => {
      server.handleUpgrade(request, stream, head, (socket) => {
        // One frame that is too large would end the process where nobody listens for errors.
        socket.on("error", () => {})
        socket.pause()
        resume(Effect.succeed(socket))
      })
      // `ws` has refused what is no handshake of its own, and hangs up.
      stream.once("close", () => resume(Effect.interrupt))
    })

  const admit = Effect.fnUntraced(function*(
    request: IncomingMessage,
    stream: Duplex,
    head: Buffer,
    seat: Seat,
    token: Redacted.Redacted<string>
  ) {
    const ip = request.socket.remoteAddress ?? null
    const actor = yield* access.authenticate(token)
    const refusal = seat.takenBy(actor.userId)
    if (refusal !== null) return refuse(stream, refusal, "/ws")
    const socket = yield* accept(request, stream, head)
    open.set(socket, new Heartbeat(socket, now()))
    metrics.socketsOpen(open.size)
    yield* Effect.gen(function*() {
      const connection = yield* connectionOf({
        socket,
        stream,
        ip,
        token,
        authenticate: access.authenticate,
        sent: (type) => metrics.frames("out", type, 1)
      })
      yield* counter.rooms.admit(connection.guest)
      yield* attend(connection)
    }).pipe(
      Effect.catch(() => Effect.sync(() => socket.close(closeCodes.tryAgainLater, "try again later"))),
      Effect.ensuring(Effect.sync(() => {
        if (socket.readyState === socket.OPEN) socket.close(closeCodes.restarting)
        open.delete(socket)
        metrics.socketsOpen(open.size)
      }))
    )
  }, Effect.scoped)

  const upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on("error", () => stream.destroy())
    if (!isFromHere(request, origins)) return refuse(stream, foreignOrigin, "/ws")
    if (readiness.isDraining() || !readiness.admits("/v1/ws")) return refuse(stream, unavailable, "/ws")
    const seat = gatekeeper.come(sourceOf(request.socket.remoteAddress ?? null), now())
    if (isRefusal(seat)) return refuse(stream, seat, "/ws")
    const token = tokenOf(request)
    if (token === null) {
      seat.leave()
      return refuse(stream, unauthenticated(false), "/ws")
    }
    run(
      admit(request, stream, head, seat, token).pipe(
        Effect.catchTag("Unauthenticated", () => Effect.sync(() => refuse(stream, unauthenticated(true), "/ws"))),
        Effect.catchTag("DependencyUnavailable", () => Effect.sync(() => refuse(stream, unavailable, "/ws"))),
        Effect.catchDefect((defect) =>
          Effect.andThen(
            Effect.logError("a socket failed", defect),
            Effect.sync(() => stream.destroy())
          )
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
  yield* upgrades.claim("/ws", upgrade)
}))
