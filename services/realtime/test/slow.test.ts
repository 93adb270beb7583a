import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { connect, subscribed } from "./Client.ts"
import { Desk, opened, say, start, tokenOf } from "./desks.ts"

const all = process.env["OPSDESK_FAULTS"] === "all"
const paused = all ? 20 : 4
const healthy = all ? 200 : 10
/** What the system keeps for a socket on loopback, and a megabyte beyond. */
const messages = 300

const long = "語 ".repeat(1000).padEnd(9990, "語")

layer(Desk, { excludeTestServices: true })("whoever does not read", (it) => {
  it.effect(
    "is hung up on with 4408 before a megabyte waits for them, and those beside them hear everything",
    () =>
      Effect.gen(function*() {
        const { url } = yield* start()
        const id = yield* opened()
        const room = `ticket:${id}`
        const token = yield* tokenOf("carla")
        const open = Effect.tap(connect(url, token), (client) => subscribed(client, room))
        const readers = yield* Effect.forEach(Array.from({ length: healthy }), () => open, { concurrency: 10 })
        const sleepers = yield* Effect.forEach(Array.from({ length: paused }), () => open, { concurrency: 10 })
        for (const { socket } of sleepers) socket.pause()
        for (let at = 2; at < messages + 2; at++) yield* say(id, `${at} ${long}`)
        for (const reader of readers) {
          yield* reader.until((client) => client.seqs(room).length === messages)
          assert.deepStrictEqual(reader.seqs(room), Array.from({ length: messages }, (_, at) => at + 2))
        }
        for (const sleeper of sleepers) {
          sleeper.socket.resume()
          assert.strictEqual((yield* sleeper.hungUp).code, 4408)
          // They go on from where they were.
          const heard = sleeper.seqs(room)
          assert.isBelow(heard.length, messages)
          assert.deepStrictEqual(heard, Array.from({ length: heard.length }, (_, at) => at + 2))
        }
      }),
    120_000
  )
})
