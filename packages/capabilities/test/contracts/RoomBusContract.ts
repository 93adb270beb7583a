import { assert } from "@effect/vitest"
import type { RoomBus, Whisper } from "@opsdesk/capabilities/RoomBus"
import { TicketId, UserId } from "@opsdesk/kernel/Ids"
import type { Scope } from "effect"
import { Context, Effect, Fiber, Option, PubSub, Schedule } from "effect"
import type { Suite } from "./Suite.ts"

/** Instances of a desk on one bus, and the line between them and what carries it. */
export class Instances extends Context.Service<Instances, {
  readonly start: Effect.Effect<RoomBus["Service"], never, Scope.Scope>
  /** Hangs up on all of them; they may call again. */
  readonly cut: Effect.Effect<void>
}>()("@opsdesk/capabilities/test/Instances") {}

const ticketId = TicketId.make("0198c7a2-0000-7000-8000-00000000f001")
const userId = UserId.make("0198c7a2-0000-7000-8000-000000000001")
/** Something to whisper. */
export const typing: Whisper = { type: "typing", ticketId, userId, typing: true }
const presence = (users: number): Whisper => ({
  type: "presence",
  ticketId,
  instance: "one",
  users: Array.from({ length: users }, () => userId)
})

const again = Schedule.spaced("20 millis")

/** Whether somebody has said something that was not heard yet. */
const heard = <A>(subscription: PubSub.Subscription<A>) => PubSub.takeUpTo(subscription, Number.POSITIVE_INFINITY)

/** Says something until it is heard: who has just come may not be listening yet. */
const saidUntilHeard = <A>(say: Effect.Effect<void>, subscription: PubSub.Subscription<A>) =>
  Effect.gen(function*() {
    const saying = yield* Effect.forkChild(Effect.repeat(say, again))
    const first = yield* PubSub.take(subscription)
    yield* Fiber.interrupt(saying)
    return first
  })

/** What every `RoomBus` owes. */
export const roomBusContract = (suite: Suite<Instances>): void =>
  suite("a room bus", (it) => {
    it.effect("wakes whoever listens in the same program at once, without a way round", () =>
      Effect.gen(function*() {
        const here = yield* (yield* Instances).start
        const wakes = yield* here.wakes
        yield* heard(wakes)
        yield* here.wake
        assert.lengthOf(yield* heard(wakes), 1)
      }))

    it.effect("wakes all other instances", () =>
      Effect.gen(function*() {
        const { start } = yield* Instances
        const here = yield* start
        const others = yield* Effect.all([start, start])
        const wakes = yield* Effect.forEach(others, (other) => other.wakes)
        for (const subscription of wakes) {
          yield* Effect.andThen(PubSub.take(subscription), saidUntilHeard(here.wake, subscription))
        }
      }))

    it.effect("hands on what is whispered to all other instances, as it was said, and not to whoever said it", () =>
      Effect.gen(function*() {
        const { start } = yield* Instances
        const [here, there] = yield* Effect.all([start, start])
        const [mine, theirs] = yield* Effect.all([here.whispers, there.whispers])
        assert.deepStrictEqual(yield* saidUntilHeard(here.whisper(typing), theirs), typing)
        yield* here.whisper(presence(3))
        const last = yield* PubSub.take(theirs).pipe(
          Effect.repeat({ while: (whisper) => whisper.type === "typing" })
        )
        assert.deepStrictEqual(last, presence(3))
        assert.deepStrictEqual(yield* heard(mine), [])
      }))

    it.effect("does not hand on what is too long for a whisper, but what follows it", () =>
      Effect.gen(function*() {
        const { start } = yield* Instances
        const [here, there] = yield* Effect.all([start, start])
        const theirs = yield* there.whispers
        yield* saidUntilHeard(here.whisper(typing), theirs)
        yield* heard(theirs)
        yield* here.whisper(presence(30))
        yield* here.whisper(presence(1))
        const next = yield* PubSub.take(theirs).pipe(
          Effect.repeat({ while: (whisper) => whisper.type === "typing" })
        )
        assert.deepStrictEqual(next, presence(1))
      }))

    it.effect("comes back by itself when the line is cut, and wakes whoever may have missed something", () =>
      Effect.gen(function*() {
        const { cut, start } = yield* Instances
        const [here, there] = yield* Effect.all([start, start])
        const wakes = yield* there.wakes
        yield* saidUntilHeard(here.wake, wakes)
        // What is still on its way is not taken for the wake that is owed.
        yield* Effect.repeat(PubSub.take(wakes).pipe(Effect.timeoutOption("100 millis")), {
          while: Option.isSome
        })
        yield* cut
        yield* PubSub.take(wakes)
        yield* saidUntilHeard(here.wake, wakes)
      }))

    it.effect("neither waits nor fails when nobody listens, and when the line is down", () =>
      Effect.gen(function*() {
        const { cut, start } = yield* Instances
        const here = yield* start
        yield* cut
        yield* Effect.repeat(here.wake, Schedule.recurs(1000))
        yield* here.whisper(typing)
      }))
  })
