import { assert, layer } from "@effect/vitest"
import { wayTo } from "@opsdesk/testkit/wayTo"
import { Effect, Fiber, Schedule } from "effect"
import type { Scope } from "effect"
import * as fc from "fast-check"
import type { Client } from "./Client.ts"
import { connect } from "./Client.ts"
import { Desk, opened, say, start, tokenOf } from "./desks.ts"
import { ownProcess } from "./ownProcess.ts"

const disconnects = process.env["OPSDESK_FAULTS"] === "all" ? 1000 : 100
const followers = 5

interface Follower {
  readonly heard: Array<number>
  client: Client | null
}

const aFollower = (): Follower => ({ heard: [0], client: null })

type Fault = "reset" | "cut" | "black hole" | "half-open" | "kill"

/** So long a client waits at most, of a hundred, in milliseconds, from when the server takes its call. */
const promised = 1000

/** Killing a process takes a second to start it again: once in a while. */
const faults = (count: number): ReadonlyArray<Fault> =>
  fc.sample(
    fc.oneof(
      { arbitrary: fc.constantFrom<Fault>("reset", "cut", "black hole", "half-open"), weight: 49 },
      { arbitrary: fc.constant<Fault>("kill"), weight: 1 }
    ),
    count
  )

layer(Desk, { excludeTestServices: true })("whoever is cut off again and again", (it) => {
  it.effect(
    "hears every event of a ticket once and in order all the same, however the line went",
    () =>
      Effect.gen(function*() {
        const token = yield* tokenOf("carla")
        const id = yield* opened()
        const room = `ticket:${id}`
        const here = yield* start()
        const there = yield* ownProcess
        const ways = yield* Effect.all([wayTo(here.port), wayTo(there.port)])
        const urls = ways.map(({ port }) => `ws://127.0.0.1:${port}/ws`)

        let told = 1
        const talking = yield* Effect.suspend(() => Effect.tap(say(id, "news"), () => Effect.sync(() => void told++)))
          .pipe(
            Effect.repeat(Schedule.spaced("25 millis")),
            Effect.forkChild
          )

        /** What one follower has heard over all of its connections, each from where the last one ended. */
        const resumed: Array<number> = []
        const followed = Array.from({ length: followers }, () => aFollower())
        const follow = (which: Follower, at: number): Effect.Effect<never, never, Scope.Scope> =>
          Effect.scoped(Effect.gen(function*() {
            const client = yield* connect(urls[at % urls.length] ?? "", token).pipe(
              Effect.timeout("2 seconds"),
              Effect.retry(Schedule.spaced("20 millis")),
              Effect.orDie
            )
            which.client = client
            const since = performance.now()
            client.say({ type: "subscribe", room, after: which.heard.at(-1) })
            client.socket.on("message", () => {
              const last = client.frames.at(-1)
              if (last?.type === "subscribed") resumed.push(performance.now() - since)
              if (last?.room === room && "ticketId" in last && "seq" in last) which.heard.push(last.seq)
            })
            yield* client.hungUp
          })).pipe(Effect.andThen(Effect.suspend(() => follow(which, at + 1))))
        const following = yield* Effect.forEach(followed, (which, at) => Effect.forkChild(follow(which, at)))

        for (const [at, fault] of faults(disconnects).entries()) {
          const victim = followed[at % followers]
          const way = ways[at % ways.length]
          yield* Effect.sleep("30 millis")
          if (fault === "reset") victim?.client?.socket.terminate()
          if (fault === "cut") way?.cut()
          if (fault === "black hole") {
            way?.fallSilent()
            yield* Effect.sleep("50 millis")
            way?.cut()
            way?.speakAgain()
          }
          // The clients have gone, and the server does not know.
          if (fault === "half-open") way?.lose()
          if (fault === "kill") yield* there.killed
        }
        yield* Fiber.interrupt(talking)
        for (const { heard } of followed) {
          yield* Effect.repeat(Effect.sync(() => heard.at(-1)), {
            until: (last) => last !== undefined && last >= told,
            schedule: Schedule.spaced("20 millis")
          })
          assert.deepStrictEqual(heard, Array.from({ length: heard.length }, (_, at) => at))
          assert.isAtLeast(heard.length, told + 1)
        }
        yield* Effect.forEach(following, Fiber.interrupt)

        const waits = resumed.toSorted((one, other) => one - other)
        const slowest = (share: number) => Math.round(waits[Math.floor(waits.length * share)] ?? Infinity)
        process.stdout.write(
          `${disconnects} disconnects, ${waits.length} resumed: 0 gaps, 0 duplicates, 0 inversions; ` +
            `within ${slowest(0.5)} ms at the median, ${slowest(0.99)} ms at the 99th percentile\n`
        )
        if (disconnects === 1000) assert.isBelow(slowest(0.99), promised)
      }),
    600_000
  )
})
