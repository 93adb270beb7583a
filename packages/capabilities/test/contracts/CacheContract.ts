import { assert } from "@effect/vitest"
import { Cache } from "@opsdesk/capabilities/Cache"
import { Effect } from "effect"
import type { Suite } from "./Suite.ts"

/** What every `Cache` owes. */
export const cacheContract = (suite: Suite<Cache>): void =>
  suite("the cache", (it) => {
    it.effect("keeps what was kept until one of its tags is dropped, and never finds it again after", () =>
      Effect.gen(function*() {
        const cache = yield* Cache
        const tags = ["ticket:one", "tickets"]
        const first = yield* cache.stampOf(tags)
        assert.strictEqual(yield* cache.stampOf(tags), first)
        yield* cache.drop(["ticket:two"])
        assert.strictEqual(yield* cache.stampOf(tags), first)
        const seen = new Set([first])
        for (const dropped of [["ticket:one"], ["tickets"], ["ticket:two", "tickets"], []]) {
          yield* cache.drop(dropped)
          seen.add(yield* cache.stampOf(tags))
        }
        assert.strictEqual(seen.size, 4)
      }))

    it.effect("forgets nothing of what was dropped, however much it was", () =>
      Effect.gen(function*() {
        const cache = yield* Cache
        yield* cache.drop(["early"])
        const before = yield* cache.stampOf(["early"])
        yield* cache.drop(["early"])
        yield* cache.drop(Array.from({ length: 30_000 }, (_, at) => `ticket:${at}`))
        assert.notStrictEqual(yield* cache.stampOf(["early"]), before)
      }))
  })
