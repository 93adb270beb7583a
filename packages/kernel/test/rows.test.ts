import { assert, describe, it } from "@effect/vitest"
import { UserId } from "@opsdesk/kernel/Ids"
import { rowsOf } from "@opsdesk/kernel/rows"
import { DateTime, Effect, Schema } from "effect"

const Thing = Schema.Struct({
  id: UserId,
  name: Schema.String,
  at: Schema.DateTimeUtcFromDate,
  goneAt: Schema.NullOr(Schema.DateTimeUtcFromDate)
})
const read = rowsOf(Thing)
const row = {
  id: "0198c7a2-5d1e-7c4b-9a3f-2b8d4e6f1a07",
  name: "Ada",
  at: new Date("2026-03-14T09:26:53.589Z"),
  goneAt: null
}

describe("whoever reads the rows of a long list", () => {
  it.effect("gets the records that the schema itself would read", () =>
    Effect.gen(function*() {
      const rows = [row, { ...row, goneAt: new Date(0) }]
      assert.deepStrictEqual(yield* read(rows), yield* Schema.decodeUnknownEffect(Schema.Array(Thing))(rows))
    }))

  it.effect("gets nothing of a row that its schema does not name", () =>
    Effect.gen(function*() {
      const [thing] = yield* read([{ ...row, secret: "hush" }])
      assert.deepStrictEqual(thing, {
        id: UserId.make(row.id),
        name: "Ada",
        at: DateTime.makeUnsafe("2026-03-14T09:26:53.589Z"),
        goneAt: null
      })
    }))

  it.effect("gets an id that is a UUID of another version too: one of them keeps nobody from the list", () =>
    Effect.gen(function*() {
      const [thing] = yield* read([{ ...row, id: "9b2d6f10-3c4e-4a5b-8d7f-1e2a3b4c5d6e" }])
      assert.strictEqual(thing?.id, "9b2d6f10-3c4e-4a5b-8d7f-1e2a3b4c5d6e")
    }))

  const wrongs: Record<string, Record<string, unknown>> = {
    "text where an instant belongs": { ...row, at: "2026-03-14T09:26:53.589Z" },
    "a number for a name": { ...row, name: 1 },
    "a number for an id": { ...row, id: 1 },
    "nothing at all": {}
  }
  it.effect.each(Object.entries(wrongs))("is told of %s in a row", ([, wrong]) =>
    Effect.gen(function*() {
      assert.isTrue(Schema.isSchemaError(yield* Effect.flip(read([wrong]))))
    }))
})
