import { assert, describe, it } from "@effect/vitest"
import type { PageRequest } from "@opsdesk/kernel/Page"
import { countedUpTo } from "@opsdesk/kernel/Page"
import { ValidationFailed } from "@opsdesk/kernel/Problem"
import { Effect } from "effect"
import type { Position } from "../src/Cursors.ts"
import { Cursors, readPage } from "../src/Cursors.ts"

/** Cursors that anybody can read: what is tested here is the page. */
const plain = Cursors.of({
  seal: (binding, position) => Effect.succeed(`${binding}@${position.join()}`),
  open: (binding, cursor) => {
    const [bound, position] = cursor.split("@")
    return Effect.succeed(bound === binding && position !== undefined ? [Number(position)] : null)
  }
})

/** A list of the numbers from 1 to `length`, and what was asked of it. */
const aList = (length: number, count: Effect.Effect<number> = Effect.succeed(length)) => {
  const reads: Array<readonly [Position | null, number]> = []
  const page = (request: PageRequest) =>
    readPage(plain, {
      request,
      binding: "numbers",
      read: (after, rows) =>
        Effect.sync(() => {
          reads.push([after, rows])
          const from = Number(after?.[0] ?? 0)
          return Array.from({ length }, (_, at) => at + 1).filter((number) => number > from).slice(0, rows)
        }),
      positionOf: (number) => [number],
      count
    })
  return { page, reads }
}

describe("a page of a list", () => {
  it.effect("reads one row more than it shows, and so knows whether there is a next one", () =>
    Effect.gen(function*() {
      const { page, reads } = aList(5)
      assert.deepStrictEqual(yield* page({ limit: 2 }), {
        data: [1, 2],
        page: { limit: 2, nextCursor: "numbers@2" }
      })
      assert.deepStrictEqual(yield* page({ limit: 2, cursor: "numbers@2" }), {
        data: [3, 4],
        page: { limit: 2, nextCursor: "numbers@4" }
      })
      assert.deepStrictEqual(yield* page({ limit: 2, cursor: "numbers@4" }), {
        data: [5],
        page: { limit: 2, nextCursor: null }
      })
      assert.deepStrictEqual(reads, [[null, 3], [[2], 3], [[4], 3]])
    }))

  it.effect.each([[0, 3, []], [3, 3, [1, 2, 3]], [2, 3, [1, 2]]] as const)(
    "%s rows on a page of %s are the last page",
    ([length, limit, data]) =>
      Effect.gen(function*() {
        const { page } = aList(length)
        assert.deepStrictEqual(yield* page({ limit }), { data: [...data], page: { limit, nextCursor: null } })
      })
  )

  it.effect("a cursor of another list is refused, and nothing is read", () =>
    Effect.gen(function*() {
      const { page, reads } = aList(5)
      for (const cursor of ["letters@2", "numbers", ""]) {
        const problem = yield* Effect.flip(page({ limit: 2, cursor }))
        assert.instanceOf(problem, ValidationFailed)
        assert.deepStrictEqual(
          problem.errors.map((fault) => "parameter" in fault ? fault.parameter : fault.pointer),
          ["cursor"]
        )
      }
      assert.deepStrictEqual(reads, [])
    }))

  it.effect("counts only for whoever asks", () =>
    Effect.gen(function*() {
      const { page } = aList(5, Effect.die(new Error("nobody asked")))
      assert.notProperty((yield* page({ limit: 2 })).page, "total")
    }))

  it.effect.each(
    [
      [5, 5, true],
      [countedUpTo, countedUpTo, true],
      [countedUpTo + 1, countedUpTo, false]
    ] as const
  )("%s rows are told as %s, exactly: %s", ([counted, total, totalIsExact]) =>
    Effect.gen(function*() {
      const { page } = aList(5, Effect.succeed(counted))
      assert.deepInclude((yield* page({ limit: 2, include: "total" })).page, { total, totalIsExact })
    }))
})
