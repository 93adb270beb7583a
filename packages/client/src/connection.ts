import { Clock, Data, Duration, Effect, Redacted } from "effect"
import { Socket } from "effect/socket"
import type { ClientFrame, ServerFrame } from "./Frames.ts"
import { readFrame } from "./Frames.ts"
import type { OpenSession, Session } from "./Session.ts"

/** How a connection ended. A desk always ends by a close; a network, by anything. */
export class Lost extends Data.TaggedError("Lost")<{
  /** The close code, or 1006 where there was none (RFC 6455, section 7.4.1). */
  readonly code: number
  /** Milliseconds after which the desk wants to be asked again, if it said so. */
  readonly comeBackIn: number | null
  /** Whether it had lasted: then the desk is well, and the next attempt need not wait long. */
  readonly hasLasted: boolean
}> {}

export interface Pulse {
  /** After so long without a frame the desk is asked whether it is there. */
  readonly askAfter: Duration.Input
  /** So long it may take to answer. */
  readonly answerWithin: Duration.Input
}

/** Between two pings of the desk, so a quiet desk is asked about as often as it asks. */
export const steadyPulse: Pulse = { askAfter: "20 seconds", answerWithin: "8 seconds" }

/** The token is replaced so many milliseconds before it runs out, while the desk still takes the new one in its place. */
const beforeItRunsOut = 50_000

/** A connection of so many milliseconds was a good one. */
const lasting = 5_000

export interface Hooks {
  /** Called once the connection stands; `tell` is good until it is lost. */
  readonly opened: (tell: (frame: ClientFrame) => Effect.Effect<void>) => Effect.Effect<void>
  readonly heard: (frame: ServerFrame) => Effect.Effect<void>
}

/** Milliseconds in the reason of a close that comes with a wish: 1012, "Service Restart". */
const comeBackIn = (code: number, reason: string | undefined): number | null => {
  const [digits] = code === 1012 ? /\d+/.exec(reason ?? "") ?? [] : []
  return digits === undefined ? null : Number(digits)
}

/** One connection from its handshake to its end, which is always a failure: `Lost`, or the session's. */
export const connection = Effect.fnUntraced(function*(
  url: string,
  session: Session["Service"],
  { accessToken, until }: OpenSession,
  pulse: Pulse,
  { heard, opened }: Hooks
) {
  const clock = yield* Clock.Clock
  let openedAt: number | null = null
  const lost = (code: number, reason?: string) =>
    new Lost({
      code,
      comeBackIn: comeBackIn(code, reason),
      hasLasted: openedAt !== null && clock.currentTimeMillisUnsafe() - openedAt >= lasting
    })
  const lostBy = ({ reason }: Socket.SocketError) =>
    reason._tag === "SocketCloseError" ? lost(reason.code, reason.closeReason) : lost(1006)

  return yield* Effect.gen(function*() {
    const socket = yield* Socket.makeWebSocket(url, {
      protocols: ["opsdesk.v1", `opsdesk.bearer.${Redacted.value(accessToken)}`]
    })
    const pull = yield* Socket.readerString(socket)
    const { write } = yield* socket.writer
    const say = (frame: ClientFrame) => write(JSON.stringify(frame))
    openedAt = clock.currentTimeMillisUnsafe()
    let heardAt = openedAt
    // What cannot be said is said anew by the next connection; that this one is lost, its reader finds.
    yield* opened((frame) => Effect.ignore(say(frame)))

    const listen = Effect.forever(Effect.flatMap(pull, (texts) => {
      heardAt = clock.currentTimeMillisUnsafe()
      return Effect.forEach(texts, (text) => {
        const frame = readFrame(text)
        return frame._tag === "Some" ? heard(frame.value) : Effect.void
      }, { discard: true })
    }))

    /** A network that has gone says nothing about it. */
    const ask = Effect.forever(Effect.gen(function*() {
      yield* Effect.sleep(pulse.askAfter)
      const quiet = clock.currentTimeMillisUnsafe() - heardAt
      if (quiet < Duration.toMillis(pulse.askAfter)) return
      const askedAt = clock.currentTimeMillisUnsafe()
      yield* say({ type: "ping" })
      yield* Effect.sleep(pulse.answerWithin)
      if (heardAt < askedAt) return yield* lost(1006)
    }))

    const stay = Effect.gen(function*() {
      let end = until
      while (true) {
        yield* Effect.sleep(Math.max(1_000, end - clock.currentTimeMillisUnsafe() - beforeItRunsOut))
        const next = yield* session.open()
        end = next.until
        yield* say({ type: "auth", token: Redacted.value(next.accessToken) })
      }
    })

    return yield* Effect.raceAllFirst([listen, ask, stay])
  }).pipe(
    Effect.catchTag("SocketError", (error) => Effect.fail(lostBy(error))),
    Effect.scoped
  )
})
