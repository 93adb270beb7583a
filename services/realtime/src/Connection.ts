import type { Unauthenticated } from "@opsdesk/access/AccessProblems"
import type { Actor } from "@opsdesk/access/Actor"
import type { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import { guestBy } from "@opsdesk/rooms/guestBy"
import type { Guest } from "@opsdesk/rooms/Listener"
import { endOf } from "@opsdesk/serving/handshake"
import { Outflow } from "@opsdesk/serving/Outflow"
import { Clock, Effect, FiberHandle, Queue, Redacted } from "effect"
import type { Duplex } from "node:stream"
import type { WebSocket } from "ws"
import type { ClientFrame, ServerFrame } from "./Protocol.ts"
import { closeCodes } from "./Protocol.ts"
import { written } from "./roomFrames.ts"

/** What waits to be dealt with; then the socket is not read on. */
const enough = 16

/** How long the other end may take to hang up, too. */
const farewell = "30 seconds"

export interface ConnectionOptions {
  readonly socket: WebSocket
  readonly stream: Duplex
  readonly ip: string | null
  readonly token: Redacted.Redacted<string>
  readonly authenticate: (
    token: Redacted.Redacted<string>
  ) => Effect.Effect<Actor, Unauthenticated | DependencyUnavailable>
  readonly sent: (type: string) => void
}

/** One socket: whose it is, what goes out, what came in, and how it ends. */
export interface Connection {
  readonly actor: Actor
  readonly ip: string | null
  readonly guest: Guest
  readonly outflow: Outflow
  readonly socket: WebSocket
  readonly say: (frame: ServerFrame) => void
  readonly hangUp: (code: number, reason: string) => void
  /** Keeps a frame until it is its turn. */
  readonly keep: (frame: ClientFrame) => void
  readonly next: Effect.Effect<ClientFrame>
  /** Goes on with another token of the same person; false where it is none. */
  readonly renew: (token: Redacted.Redacted<string>) => Effect.Effect<boolean, DependencyUnavailable>
}

/** Fails where the token lets nobody in. What it starts ends with the scope. */
export const connectionOf = Effect.fnUntraced(function*(options: ConnectionOptions) {
  const { authenticate, sent, socket, stream } = options
  const clock = yield* Clock.Clock
  let token = options.token
  const admitted = yield* guestBy(Effect.suspend(() => authenticate(token)))
  const actor = admitted.actor()
  if (actor === null) return yield* Effect.die(new Error("nobody was let in"))

  const leaving = yield* FiberHandle.makeRuntime<never>()
  const hangUp = (code: number, reason: string) => {
    if (socket.readyState !== socket.OPEN) return
    outflow.stop()
    socket.close(code, reason)
    leaving(Effect.andThen(Effect.sleep(farewell), Effect.sync(() => socket.terminate())))
  }
  const ranOut = () => hangUp(closeCodes.tokenRanOut, "the token lets nobody in any more")
  const outflow: Outflow = new Outflow({
    socket,
    stream,
    sent,
    overflowed: () => hangUp(closeCodes.tooSlow, "too much is waiting for you")
  })
  const guest: Guest = {
    ...admitted,
    refresh: Effect.tap(admitted.refresh, () => Effect.sync(() => admitted.actor() === null ? ranOut() : undefined))
  }

  const clockwork = yield* FiberHandle.makeRuntime<never>()
  const windUp = () => {
    const end = endOf(token)
    if (end === null) return
    clockwork(Effect.andThen(Effect.sleep(Math.max(0, end - clock.currentTimeMillisUnsafe())), Effect.sync(ranOut)))
  }
  windUp()

  const frames = yield* Queue.unbounded<ClientFrame>()
  const connection: Connection = {
    actor,
    ip: options.ip,
    guest,
    outflow,
    socket,
    hangUp,
    say: (frame) => outflow.push(written(frame)),
    keep: (frame) => {
      Queue.offerUnsafe(frames, frame)
      if (frames.messages.length >= enough) socket.pause()
    },
    next: Effect.tap(Queue.take(frames), () => Effect.sync(() => socket.isPaused ? socket.resume() : undefined)),
    renew: Effect.fnUntraced(function*(offered) {
      const found = yield* authenticate(offered).pipe(
        Effect.catchTag("Unauthenticated", () => Effect.succeed(null))
      )
      if (found === null || found.userId !== actor.userId) return false
      token = offered
      yield* guest.refresh
      windUp()
      return true
    })
  }
  return connection
})

export const secret = (token: string): Redacted.Redacted<string> => Redacted.make(token)
