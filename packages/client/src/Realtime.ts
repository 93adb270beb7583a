import {
  Context,
  Duration,
  Effect,
  FiberHandle,
  FiberMap,
  Layer,
  Random,
  Redacted,
  Schedule,
  Stream,
  SubscriptionRef
} from "effect"
import { Socket } from "effect/socket"
import type { Pulse } from "./connection.ts"
import { connection, Lost, steadyPulse } from "./connection.ts"
import { Desk } from "./Desk.ts"
import type { ClientFrame, NewChatMessage, RoomName, ServerFrame } from "./Frames.ts"
import { Outbox } from "./Outbox.ts"
import { Rooms } from "./Rooms.ts"
import { Session } from "./Session.ts"

/** `off` while nobody is signed in; `lost` from the end of a connection until the next one stands. */
export type ConnectionState = "off" | "connecting" | "open" | "lost"

/**
 * The waits between attempts: 0.25 s at first, twice as long each time up to 15 s, each off by up to a fifth. A desk that
 * comes back is not met by everybody at once (AWS Architecture Blog, "Exponential Backoff And Jitter").
 */
const gentle = Schedule.exponential("250 millis").pipe(
  Schedule.modifyDelay(({ duration }) => Effect.succeed(Duration.min(duration, Duration.seconds(15)))),
  Schedule.jittered
)

/** How a connection is watched, and how long it is waited for the next one. */
export interface Patience {
  readonly pulse: Pulse
  readonly backoff: Schedule.Schedule<unknown>
  /** A room that the desk cannot open at the moment is asked for again after so long. */
  readonly again: Duration.Input
}

/** The close codes of a desk that goes on as soon as it is asked again: it restarts, or a token has run out. */
const restarting = 1012
const tokenRanOut = 4401

/**
 * The desk live, over one connection that comes back by itself. A room's events come in order and once each, a message
 * is sent until the desk has it; what is read from streams does not know how often the connection was lost.
 */
export class Realtime extends Context.Service<Realtime>()("@opsdesk/client/Realtime", {
  make: Effect.fnUntraced(function*({ again, backoff, pulse }: Patience) {
    const { baseUrl } = yield* Desk
    const session = yield* Session
    const construct = yield* Socket.WebSocketConstructor
    const state = yield* SubscriptionRef.make<ConnectionState>("off")
    const rooms = new Rooms()
    const outbox = new Outbox()
    const url = `${baseUrl.replace(/^http/, "ws")}/ws`

    let tellNow: ((frame: ClientFrame) => Effect.Effect<void>) | null = null
    /** To the desk, if it listens; what counts is said anew by the next connection. */
    const tell = (frame: ClientFrame) => Effect.suspend(() => tellNow === null ? Effect.void : tellNow(frame))

    const opened = Effect.fnUntraced(function*(say: (frame: ClientFrame) => Effect.Effect<void>) {
      tellNow = say
      yield* SubscriptionRef.set(state, "open")
      yield* Effect.forEach([...rooms.subscriptions, ...outbox.frames], say, { discard: true })
    })

    const putOff = yield* FiberMap.make<string>()
    /** By then it may be followed no more, or stand further on. */
    const askAgain = (room: string) =>
      Effect.suspend(() => {
        const subscription = rooms.subscriptionTo(room)
        return subscription === null ? Effect.void : tell(subscription)
      }).pipe(Effect.delay(again), (asking) => FiberMap.run(putOff, room, asking), Effect.asVoid)

    const heard = (frame: ServerFrame): Effect.Effect<void> => {
      if (frame.type === "pong") return Effect.void
      if (frame.type === "ack") {
        outbox.acknowledge(frame.clientMessageId ?? frame.id ?? "", frame.message)
        return Effect.void
      }
      if (frame.type === "error" && outbox.refuse(frame)) return Effect.void
      const answer = rooms.hear(frame)
      if (answer === null) return Effect.void
      return frame.type === "error" ? askAgain(frame.id ?? "") : tell(answer)
    }

    /** The token that a connection ran out of, if the last one did. */
    let spent: string | undefined
    const once = Effect.gen(function*() {
      const token = yield* session.open(spent)
      spent = undefined
      return yield* connection(url, session, token, pulse, { opened, heard }).pipe(
        Effect.tapError((error) =>
          Effect.sync(() => {
            if (error instanceof Lost && error.code === tokenRanOut) spent = Redacted.value(token.accessToken)
          })
        )
      )
    }).pipe(
      Effect.onError(() => {
        tellNow = null
        return SubscriptionRef.set(state, "lost")
      })
    )

    const isWell = (error: unknown) =>
      error instanceof Lost && (error.hasLasted || error.code === restarting || error.code === tokenRanOut)

    /** A desk that is well is asked again when it likes, or nearly at once; every outage begins the schedule anew. */
    const keepConnected = once.pipe(
      Effect.retry({ schedule: backoff, while: (error) => !isWell(error) && error._tag !== "SignedOut" }),
      Effect.catchTag(
        "Lost",
        ({ comeBackIn }) => Effect.flatMap(Random.nextBetween(0, 250), (moment) => Effect.sleep(comeBackIn ?? moment))
      ),
      Effect.forever,
      Effect.provideService(Socket.WebSocketConstructor, construct)
    )

    const running = yield* FiberHandle.make()
    const start = Effect.asVoid(FiberHandle.run(running, Effect.ignore(keepConnected)))
    yield* session.isOpen.pipe(
      Stream.runForEach((isOpen) =>
        Effect.gen(function*() {
          yield* FiberHandle.clear(running)
          tellNow = null
          yield* SubscriptionRef.set(state, isOpen ? "connecting" : "off")
          if (isOpen) yield* start
          else outbox.giveUp()
        })
      ),
      Effect.forkScoped
    )

    return {
      /** How the connection is, now and whenever that changes. */
      state: SubscriptionRef.changes(state).pipe(Stream.changes),
      /**
       * What a room tells, from after the place `after` on, or from now on. The stream ends only by a refusal: there is
       * no such room, or an access was withdrawn.
       */
      follow: (room: RoomName, after: number | null = null) => rooms.follow(room, after, tell),
      /** Ends once the desk has the message, however many connections that takes; interrupted, it is not sent again. */
      send: (message: NewChatMessage) => outbox.send(message, tell),
      /** Says that one writes, or no longer writes; best effort, and it lapses after 5 s. */
      typing: (ticketId: string, typing: boolean) => tell({ type: "typing", ticketId, typing }),
      /** Tries at once instead of when its time has come: the network is back, or somebody has looked at the page. */
      hurry: Effect.flatMap(SubscriptionRef.get(state), (now) => now === "lost" ? start : Effect.void)
    }
  })
}) {
  static readonly layerWith = (patience: Patience) => Layer.effect(Realtime, Realtime.make(patience))

  /** By the `WebSocket` of the browser, Node or Deno. */
  static readonly layer = Realtime.layerWith({ pulse: steadyPulse, backoff: gentle, again: "3 seconds" }).pipe(
    Layer.provide(Socket.layerWebSocketConstructorGlobal)
  )
}
