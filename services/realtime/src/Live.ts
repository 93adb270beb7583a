import { AccessDesk } from "@opsdesk/access/AccessDesk"
import { sourceOf } from "@opsdesk/access/sourceOf"
import { Metrics } from "@opsdesk/capabilities/Metrics"
import { RateLimits } from "@opsdesk/capabilities/RateLimits"
import { MessageDesk } from "@opsdesk/messages/MessageDesk"
import { Rooms } from "@opsdesk/rooms/Rooms"
import { frugal, tokenOf } from "@opsdesk/serving/handshake"
import { unauthenticated, unavailable } from "@opsdesk/serving/refusal"
import type { Arrival } from "@opsdesk/serving/Sockets"
import { comeBack, serveSockets } from "@opsdesk/serving/Sockets"
import { originsOf } from "@opsdesk/stack/origins"
import { Settings } from "@opsdesk/stack/Settings"
import { Clock, Effect, Layer } from "effect"
import { SecureRandom } from "effect/crypto"
import { Company } from "./Company.ts"
import type { Connection } from "./Connection.ts"
import { connectionOf } from "./Connection.ts"
import { dealer } from "./dealWith.ts"
import { Inflow } from "./Inflow.ts"
import { closeCodes, protocol } from "./Protocol.ts"

/** WebSockets at `/ws`, from the handshake to the end. */
export const Live = Layer.effectDiscard(Effect.gen(function*() {
  const settings = yield* Settings
  const metrics = yield* Metrics
  const access = yield* AccessDesk
  const clock = yield* Clock.Clock
  const counter = {
    rooms: yield* Rooms,
    company: yield* Company,
    messages: yield* MessageDesk,
    limits: yield* RateLimits,
    random: yield* SecureRandom.SecureRandom
  }
  const figures = settings.limits.on ? settings.limits.figures.sockets : null
  const now = () => clock.currentTimeMillisUnsafe()

  /** From when it is open until it is closed. */
  const converse = Effect.fnUntraced(function*(connection: Connection) {
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
    socket.resume()
    yield* Effect.raceFirst(closed, Effect.forever(Effect.flatMap(connection.next, deal))).pipe(
      Effect.annotateLogs("user_id", actor.userId)
    )
  })

  const attend = Effect.fnUntraced(function*({ ip, open, request, seat, stream }: Arrival) {
    const token = tokenOf(request)
    if (token === null) return yield* Effect.fail(unauthenticated(false))
    const actor = yield* access.authenticate(token).pipe(
      Effect.mapError(({ _tag }) => _tag === "Unauthenticated" ? unauthenticated(true) : unavailable)
    )
    const refusal = seat.takenBy(actor.userId)
    if (refusal !== null) return yield* Effect.fail(refusal)
    const socket = yield* open
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
      yield* converse(connection)
    }).pipe(Effect.catch(() => Effect.sync(() => socket.close(comeBack.tryAgainLater, "try again later"))))
  })

  yield* serveSockets({
    address: "/ws",
    protocol,
    origins: originsOf(settings),
    figures,
    sourceOf,
    attend,
    counted: metrics.socketsOpen
  })
}))
