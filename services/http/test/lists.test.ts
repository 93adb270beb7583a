import { assert, layer } from "@effect/vitest"
import { asOwner } from "@opsdesk/testkit/asOwner"
import type { Person } from "@opsdesk/testkit/people"
import { Effect, Layer } from "effect"
import * as fc from "fast-check"
import type { Asked } from "./listModel.ts"
import { allRows, belongs, compare, plantAll, question } from "./listModel.ts"
import { TestHttp } from "./TestHttp.ts"

const Suite = Layer.effectDiscard(asOwner(plantAll)).pipe(Layer.provideMerge(TestHttp.layer("peopled")))

/** All ids of a list, page by page, and how many it says they are. */
const walk = Effect.fnUntraced(function*(as: Person, asked: Asked, limit: number) {
  const { ask } = yield* TestHttp
  const parameters = Object.entries(asked).map(([name, value]) => `&${name}=${encodeURIComponent(value ?? "")}`)
  const ids: Array<string> = []
  let cursor = ""
  for (;;) {
    const path = `/v1/tickets?include=total&limit=${limit}${parameters.join("")}${cursor}`
    const { json, status, text } = yield* ask("GET", path, { as })
    assert.strictEqual(status, 200, `${path} ${text}`)
    for (const { id } of json.data) ids.push(id)
    if (json.page.nextCursor === null) return { ids, total: json.page.total }
    assert.strictEqual(json.data.length, limit, "a page that is not the last is not full")
    cursor = `&cursor=${json.page.nextCursor}`
  }
})

layer(Suite, { excludeTestServices: true })("whoever asks for a list, however they ask,", (it) => {
  it.effect(
    "gets exactly what a look at every row would give, in that order, counted right",
    () =>
      Effect.gen(function*() {
        const rows = new Map((yield* allRows).map((row) => [row.id, row]))
        const context = yield* Effect.context<TestHttp>()
        const run = Effect.runPromiseWith(context)
        let found = 0
        const agrees = async (who: Person, asked: Asked, limit: number) => {
          const { ids, total } = await run(walk(who, asked, limit))
          const expected = [...rows.values()].filter((row) => belongs(who, asked, row))
          assert.deepStrictEqual(ids.toSorted(), expected.map(({ id }) => id).toSorted())
          assert.strictEqual(total, expected.length)
          const shown = ids.flatMap((id) => rows.get(id) ?? [])
          for (const [at, row] of shown.entries()) {
            const earlier = shown[at - 1] ?? row
            assert.isAtMost(
              compare(asked.sort ?? "-createdAt", earlier, row),
              0,
              `${earlier.number} before ${row.number}`
            )
          }
          found += ids.length
        }
        yield* Effect.promise(() =>
          fc.assert(
            fc.asyncProperty(
              fc.constantFrom("alex", "ada", "nora", "carla"),
              question,
              fc.integer({ min: 5, max: 60 }),
              agrees
            ),
            { numRuns: 300 }
          )
        )
        assert.isAbove(found, 1_000, "the questions found next to nothing")
      }),
    120_000
  )
})
