import { assert } from "@effect/vitest"
import type { Kept } from "@opsdesk/capabilities/Cache"
import { Cache } from "@opsdesk/capabilities/Cache"
import { Data, Deferred, Effect, Fiber } from "effect"
import type { Suite } from "./Suite.ts"

class Refused extends Data.TaggedError("Refused")<{}> {}

const utf8 = (text: string) => new TextEncoder().encode(text)
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

/** Loads that tell which one they were: `1`, `2`, … */
export const counting = () => {
  let loads = 0
  return Effect.sync(() => utf8(String(++loads)))
}

/** What is found or made, as text. */
export const asked = <E, R>(cache: Cache["Service"], kept: Kept, load: Effect.Effect<Uint8Array, E, R>) =>
  Effect.map(cache.getOrLoad(kept, load), text)

/** A load that waits in the middle, with what it had read by then. */
const heldLoad = Effect.fnUntraced(function*(read: string) {
  const begun = yield* Deferred.make<void>()
  const goOn = yield* Deferred.make<void>()
  const load = Effect.gen(function*() {
    yield* Deferred.succeed(begun, undefined)
    yield* Deferred.await(goOn)
    return utf8(read)
  })
  return { load, begun: Deferred.await(begun), goOn: Deferred.succeed(goOn, undefined) }
})

let keys = 0
/** Something that nobody has asked for before. */
export const something = (...tags: ReadonlyArray<string>): Kept => ({ cache: "lists", key: `key ${++keys}`, tags })

/** What every `Cache` owes that keeps anything. */
export const cacheContract = (suite: Suite<Cache>): void =>
  suite("the cache", (it) => {
    it.effect("finds what was kept until one of its tags is dropped", () =>
      Effect.gen(function*() {
        const cache = yield* Cache
        const kept = something("ticket one", "open tickets")
        const load = counting()
        assert.strictEqual(yield* asked(cache, kept, load), "1")
        yield* cache.drop(["ticket two"])
        yield* cache.drop([])
        assert.strictEqual(yield* asked(cache, kept, load), "1")
        let expected = 1
        for (const dropped of [["ticket one"], ["open tickets"], ["ticket two", "open tickets"]]) {
          yield* cache.drop(dropped)
          assert.strictEqual(yield* asked(cache, kept, load), String(++expected))
          assert.strictEqual(yield* asked(cache, kept, load), String(expected))
        }
      }))

    it.effect("hands back every byte as it was", () =>
      Effect.gen(function*() {
        const cache = yield* Cache
        const bytes = Uint8Array.from({ length: 70_000 }, (_, at) => at % 256)
        for (const value of [bytes, new Uint8Array(), utf8("\n"), utf8("täglich\n\n{}")]) {
          const kept = something("bytes")
          yield* cache.getOrLoad(kept, Effect.succeed(value))
          const found = yield* cache.getOrLoad(kept, Effect.die(new Error("it was not kept")))
          assert.deepStrictEqual([...found], [...value])
        }
      }))

    it.effect("finds nothing under another key, nor without tags what was kept with them", () =>
      Effect.gen(function*() {
        const cache = yield* Cache
        const kept = something("ticket one")
        const load = counting()
        yield* asked(cache, kept, load)
        assert.strictEqual(yield* asked(cache, { ...kept, key: `${kept.key} of another` }, load), "2")
        assert.strictEqual(yield* asked(cache, something(), load), "3")
      }))

    it.effect("never finds what began to be made before a drop", () =>
      Effect.gen(function*() {
        const cache = yield* Cache
        const kept = something("ticket one")
        const { begun, goOn, load } = yield* heldLoad("before")
        const early = yield* Effect.forkChild(asked(cache, kept, load))
        yield* begun
        yield* cache.drop(["ticket one"])
        // Whoever asks after the drop does not wait for the answer of before either.
        assert.strictEqual(yield* asked(cache, kept, Effect.succeed(utf8("after"))), "after")
        yield* goOn
        assert.strictEqual(yield* Fiber.join(early), "before")
        assert.strictEqual(yield* asked(cache, kept, Effect.succeed(utf8("later"))), "after")
        yield* cache.drop(["ticket one"])
        assert.strictEqual(yield* asked(cache, kept, Effect.succeed(utf8("later"))), "later")
      }))

    it.effect("makes once what many want at the same time", () =>
      Effect.gen(function*() {
        const cache = yield* Cache
        const kept = something("ticket one")
        const { begun, goOn, load } = yield* heldLoad("made")
        const all = yield* Effect.forkChild(
          Effect.all(
            Array.from(
              { length: 50 },
              (_, at) => asked(cache, kept, at === 0 ? load : Effect.die(new Error("somebody else makes it")))
            ),
            { concurrency: "unbounded" }
          )
        )
        yield* begun
        yield* goOn
        assert.deepStrictEqual(new Set(yield* Fiber.join(all)), new Set(["made"]))
      }))

    it.effect("leaves a failure, and going away, to whom it happens, and keeps nothing of it", () =>
      Effect.gen(function*() {
        const cache = yield* Cache
        for (const end of ["failure", "interruption"] as const) {
          const kept = something("ticket one")
          const begun = yield* Deferred.make<void>()
          const fail = yield* Deferred.make<never, Refused>()
          const load = Effect.andThen(Deferred.succeed(begun, undefined), Deferred.await(fail))
          const first = yield* Effect.forkChild(Effect.exit(asked(cache, kept, load)))
          yield* Deferred.await(begun)
          const second = yield* Effect.forkChild(asked(cache, kept, Effect.succeed(utf8("mine"))))
          yield* Effect.yieldNow
          if (end === "failure") yield* Deferred.fail(fail, new Refused())
          else yield* Fiber.interrupt(first)
          assert.strictEqual(yield* Fiber.join(second), "mine")
          assert.instanceOf(yield* Effect.flip(asked(cache, something("x"), Effect.fail(new Refused()))), Refused)
        }
      }))

    it.effect("forgets nothing of what was dropped, however much it was", () =>
      Effect.gen(function*() {
        const cache = yield* Cache
        const kept = something("early")
        const load = counting()
        yield* asked(cache, kept, load)
        yield* cache.drop(["early"])
        yield* cache.drop(Array.from({ length: 30_000 }, (_, at) => `ticket ${at}`))
        assert.strictEqual(yield* asked(cache, kept, load), "2")
      }))
  })
