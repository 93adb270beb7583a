import { assert, layer } from "@effect/vitest"
import { Effect, Fiber, Schedule } from "effect"
import { connect, subscribed } from "./Client.ts"
import { Desk, opened, say, tokenOf } from "./desks.ts"
import { ownProcess } from "./ownProcess.ts"

const all = process.env["OPSDESK_FAULTS"] === "all"
const paused = all ? 20 : 4
const healthy = all ? 200 : 10
/** What the system keeps for a socket on loopback, and a megabyte beyond. */
const messages = 300

/** By so much, in MiB, a program may grow that sends two gigabytes: a megabyte for each that sleeps, and room to tidy up. */
const growth = paused + 100

const long = "語 ".repeat(1000).padEnd(9990, "語")

layer(Desk, { excludeTestServices: true })("whoever does not read", (it) => {
  it.effect(
    "is hung up on with 4408 before a megabyte waits for them, and those beside them hear everything",
    () =>
      Effect.gen(function*() {
        const { memory, port } = yield* ownProcess
        const url = `ws://127.0.0.1:${port}/ws`
        const id = yield* opened()
        const room = `ticket:${id}`
        const token = yield* tokenOf("carla")
        const open = Effect.tap(connect(url, token), (client) => subscribed(client, room))
        const readers = yield* Effect.forEach(Array.from({ length: healthy }), () => open, { concurrency: 10 })
        const sleepers = yield* Effect.forEach(Array.from({ length: paused }), () => open, { concurrency: 10 })
        for (const { socket } of sleepers) socket.pause()
        const before = yield* memory
        let most = before
        const watching = yield* Effect.map(memory, (now) =>
          void (most = now !== null && most !== null && now > most ? now : most))
          .pipe(Effect.repeat(Schedule.spaced("100 millis")), Effect.forkChild)
        for (let at = 2; at < messages + 2; at++) {
          yield* say(id, `${at} ${long}`)
        }
        for (const reader of readers) {
          yield* reader.until((client) =>
            client.seqs(room).length === messages
          )
          assert.deepStrictEqual(reader.seqs(room), Array.from({ length: messages }, (_, at) => at + 2))
        }
        yield* Fiber.interrupt(watching)
        if (before !== null && most !== null) {
          process.stdout.write(
            `${paused} paused beside ${healthy} healthy readers, ${messages} messages of 30 kB: ` +
              `the program grew from ${Math.round(before)} to ${Math.round(most)} MiB at most\n`
          )
          assert.isBelow(most - before, growth)
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
