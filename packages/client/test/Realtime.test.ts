import { assert, it } from "@effect/vitest"
import { Desk } from "@opsdesk/client/Desk"
import { Realtime } from "@opsdesk/client/Realtime"
import type { RoomNews } from "@opsdesk/client/Rooms"
import { RoomRefused } from "@opsdesk/client/Rooms"
import { Session } from "@opsdesk/client/Session"
import { Deferred, Effect, Fiber, Layer, Schedule, Stream } from "effect"
import { FetchHttpClient } from "effect/http"
import { Socket } from "effect/socket"
import { array, assert as holds, asyncProperty, constantFrom, integer } from "fast-check"
import type { Mishap } from "./aLiveDesk.ts"
import { aRoom, author, message, newMessage, room } from "./aLiveDesk.ts"
import type { Json, Script } from "./OwnDesk.ts"
import { ownDesk, problem } from "./OwnDesk.ts"

const impatient = {
  pulse: { askAfter: "50 millis", answerWithin: "50 millis" },
  backoff: Schedule.spaced("2 millis"),
  again: "2 millis"
} as const

/** Somebody who is signed in at a desk of the test's own, and live. */
const live = <A, E>(
  script: Script,
  use: (
    desk: Effect.Success<ReturnType<typeof ownDesk>>
  ) => Effect.Effect<A, E, Realtime | Session>,
  expiresIn?: number
) =>
  Effect.gen(function*() {
    const desk = yield* ownDesk(script, expiresIn)
    const Client = Realtime.layerWith(impatient).pipe(
      Layer.provideMerge(Session.layer),
      Layer.provide([
        FetchHttpClient.layer,
        Socket.layerWebSocketConstructorGlobal,
        Layer.succeed(Desk, { baseUrl: desk.baseUrl })
      ])
    )
    return yield* Effect.gen(function*() {
      const session = yield* Session
      yield* session.signIn("ada@test.local", "secret")
      return yield* use(desk)
    }).pipe(Effect.provide(Client))
  }).pipe(Effect.scoped, Effect.timeout("20 seconds"))

const seqOf = (news: RoomNews) => news._tag === "Event" ? [news.event.seq] : []

it.live("whatever happens to the connection, who follows a room hears each event once, in order", () =>
  Effect.promise(() =>
    holds(
      asyncProperty(
        array(constantFrom<Mishap>("none", "cut", "twice", "old", "close", "unknown"), { maxLength: 25 }),
        integer({ min: 0, max: 5 }),
        integer({ min: 1, max: 12 }),
        (mishaps, before, after) => {
          const { append, kept, leave, subscribe } = aRoom(mishaps)
          for (let at = 0; at < before; at++) append()
          return Effect.runPromise(live({
            connected: (socket, _protocols, hear) => {
              socket.on("close", () => leave(socket))
              hear((frame) => frame.type === "subscribe" && subscribe(socket, frame))
            }
          }, () =>
            Effect.gen(function*() {
              const { follow } = yield* Realtime
              const started = yield* Deferred.make<void>()
              const heard = yield* follow(room, 0).pipe(
                Stream.tap(() => Deferred.succeed(started, undefined)),
                Stream.flatMap((news) => Stream.fromIterable(seqOf(news))),
                Stream.takeUntil((seq) => seq === kept.at(-1)?.seq && kept.length === before + after),
                Stream.runCollect,
                Effect.forkChild({ startImmediately: true })
              )
              yield* Deferred.await(started)
              for (let at = 0; at < after; at++) {
                append()
                if (at % 4 === 1) yield* Effect.sleep("3 millis")
              }
              assert.deepStrictEqual([...(yield* Fiber.join(heard))], kept.map(({ seq }) => seq))
            })))
        }
      ),
      { numRuns: 60 }
    )
  ))

it.live("a message is sent again by each connection until the desk has it, and is one message", () => {
  const { append, kept } = aRoom([])
  let tries = 0
  const tokens: Array<string> = []
  return live({
    connected: (socket, protocols, hear) => {
      tokens.push(protocols)
      hear((frame) => {
        if (frame.type !== "message:send") return
        const { message } = append(frame.clientMessageId)
        // Taken, but its sender never hears of it; then neither taken nor refused.
        if (++tries < 3) return socket.terminate()
        socket.send(JSON.stringify({ type: "ack", id: frame.id, clientMessageId: frame.clientMessageId, message }))
      })
    }
  }, () =>
    Effect.gen(function*() {
      const { send } = yield* Realtime
      const sent = yield* send(newMessage("mine-1"))
      assert.deepStrictEqual([sent.seq, sent.clientMessageId, tries, kept.length], [1, "mine-1", 3, 1])
      assert.strictEqual(tokens[0]?.replaceAll(" ", ""), "opsdesk.v1,opsdesk.bearer.access-1")
    }))
})

it.live("a message that the desk refuses comes back to its sender, with the reason", () =>
  live({
    connected: (socket, _protocols, hear) =>
      hear((frame) => socket.send(JSON.stringify({ type: "error", code: "forbidden", detail: "No.", id: frame.id })))
  }, () =>
    Effect.gen(function*() {
      const { send } = yield* Realtime
      const error = yield* Effect.flip(send(newMessage("mine-2")))
      assert.deepStrictEqual([error.code, error.detail], ["forbidden", "No."])
    })))

it.live("a connection over which nothing comes any more is given up for another", () => {
  let connections = 0
  return live({
    connected: (socket, _protocols, hear) => {
      const isDead = ++connections < 3
      hear((frame) => {
        if (isDead) return
        if (frame.type === "ping") socket.send(JSON.stringify({ type: "pong" }))
        if (frame.type === "message:send") {
          socket.send(JSON.stringify({ type: "ack", clientMessageId: frame.id, message: message(1, frame.id) }))
        }
      })
    }
  }, () =>
    Effect.gen(function*() {
      const { send } = yield* Realtime
      yield* send(newMessage("mine-3"))
      assert.strictEqual(connections, 3)
    }))
})

it.live("the desk gets a new token before the old one runs out, and a client that it closes for that comes with one", () => {
  const frames: Array<Json> = []
  const offered: Array<string> = []
  const renewed = Deferred.makeUnsafe<void>()
  return live(
    {
      connected: (socket, protocols, hear) => {
        offered.push(protocols)
        hear((frame) => {
          if (frame.type === "ping") return socket.send(JSON.stringify({ type: "pong" }))
          frames.push(frame)
          if (frame.type === "auth") socket.close(4401, "token ran out")
        })
        if (offered.length === 2) Deferred.doneUnsafe(renewed, Effect.void)
      }
    },
    () =>
      Effect.gen(function*() {
        yield* Deferred.await(renewed)
        assert.deepStrictEqual(frames.map(({ type }) => type), ["auth"])
        assert.notInclude(offered[0], frames[0].token)
        assert.notStrictEqual(offered[1], offered[0])
      }),
    51
  )
})

it.live("who has missed too much is told so, and then follows on from now", () => {
  const subscriptions: Array<Json> = []
  return live({
    connected: (socket, _protocols, hear) =>
      hear((frame) => {
        if (frame.type !== "subscribe") return
        subscriptions.push(frame.after)
        socket.send(JSON.stringify(
          frame.after === undefined ? { type: "subscribed", room, seq: 40, id: frame.id } : { type: "resync", room }
        ))
      })
  }, () =>
    Effect.gen(function*() {
      const { follow } = yield* Realtime
      const news = yield* follow(room, 3).pipe(Stream.take(2), Stream.runCollect)
      assert.deepStrictEqual([...news].map(({ _tag }) => _tag), ["Resync", "CaughtUp"])
      assert.deepStrictEqual(subscriptions, [3, undefined])
    }))
})

it.live("an error about something else ends no room, and one that passes has it asked for again", () => {
  let subscriptions = 0
  return live({
    connected: (socket, _protocols, hear) =>
      hear((frame) => {
        if (frame.type !== "subscribe") return
        if (++subscriptions > 1) return socket.send(JSON.stringify({ type: "subscribed", room, seq: 40, id: frame.id }))
        // What somebody hears who writes before they are let in.
        socket.send(JSON.stringify({ type: "error", code: "not-found", room }))
        socket.send(JSON.stringify({ type: "error", code: "dependency-unavailable", room, id: frame.id }))
      })
  }, () =>
    Effect.gen(function*() {
      const { follow } = yield* Realtime
      const news = yield* follow(room).pipe(Stream.take(1), Stream.runCollect)
      assert.deepStrictEqual([...news].map(({ _tag }) => _tag), ["CaughtUp"])
      assert.strictEqual(subscriptions, 2)
    }))
})

const endings: ReadonlyArray<readonly [string, (id: string) => object, string]> = [
  ["there never was one", (id) => ({ type: "error", code: "not-found", id }), "not-found"],
  ["the access was withdrawn", () => ({ type: "unsubscribed", room, reason: "forbidden" }), "forbidden"]
]
for (const [why, frame, code] of endings) {
  it.live(`a room ends for whoever follows it where ${why}`, () =>
    live({
      connected: (socket, _protocols, hear) => hear(({ id }) => socket.send(JSON.stringify(frame(id))))
    }, () =>
      Effect.gen(function*() {
        const { follow } = yield* Realtime
        const error = yield* Effect.flip(Stream.runDrain(follow(room)))
        assert.instanceOf(error, RoomRefused)
        assert.strictEqual(error instanceof RoomRefused && error.code, code)
      })))
}

it.live("who has the ticket open and who is writing comes to whoever follows it", () =>
  live({
    connected: (socket, _protocols, hear) =>
      hear(() => {
        socket.send(JSON.stringify({ type: "presence", room, users: [author] }))
        socket.send(JSON.stringify({ type: "typing", room, ticketId: room.slice(7), userId: author, typing: true }))
      })
  }, () =>
    Effect.gen(function*() {
      const { follow } = yield* Realtime
      const news = yield* follow(room).pipe(Stream.take(2), Stream.runCollect)
      assert.deepStrictEqual(
        JSON.parse(JSON.stringify([...news])),
        [{ _tag: "Presence", userIds: [author] }, { _tag: "Typing", userId: author, typing: true }]
      )
    })))

it.live("a session that has ended at the desk ends the connection, and what was still to be sent", () => {
  let isOver = false
  return live({
    answer: ({ path }) => isOver && path === "/v1/auth/refresh" ? problem(401, "unauthenticated") : undefined,
    connected: (socket, _protocols, hear) =>
      hear((frame) => {
        if (frame.type !== "message:send") return
        isOver = true
        socket.close(4401, "over")
      })
  }, () =>
    Effect.gen(function*() {
      const { send, state } = yield* Realtime
      const error = yield* Effect.flip(send(newMessage("mine-4")))
      assert.strictEqual(error.code, "signed-out")
      yield* state.pipe(Stream.takeUntil((now) => now === "off"), Stream.runDrain)
    }))
})
