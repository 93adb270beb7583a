import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import * as fc from "fast-check"
import { entityTagsIn, hasAlready, mustMatch, versionTag } from "../src/EntityTag.ts"

const opaque = fc.string({ unit: fc.constantFrom(..."abcXYZ019!#,;*/W-~é".split("")), maxLength: 12 })
const tags = fc.tuple(fc.boolean(), opaque).map(([weak, text]) => `${weak ? "W/" : ""}"${text}"`)
const separators = fc.constantFrom(",", ", ", " ,\t", ",,", ", ,")

describe("the tags in a header", () => {
  it("are read from any list, however it is spaced", () =>
    fc.assert(fc.property(fc.array(fc.tuple(tags, separators), { minLength: 1, maxLength: 6 }), (list) => {
      const text = list.map(([tag, separator]) => tag + separator).join("")
      assert.deepStrictEqual(entityTagsIn(` ${text}`), Option.some(list.map(([tag]) => tag)))
    })))

  it("are any at all where there is a star", () => {
    assert.deepStrictEqual(["*", " *\t"].map(entityTagsIn), Array(2).fill(Option.some("*")))
  })

  it.each([
    "",
    ",",
    "v1",
    "\"v1",
    "v1\"",
    "\"a\" \"b\"",
    "\"a\"\"b\"",
    "*, \"a\"",
    "\"a\", *",
    "w/\"a\"",
    "W/ \"a\"",
    "W/",
    "\"a b\"",
    "\"\0\"",
    "\"a\"x",
    "\"€\""
  ])("are not in %j", (text) => {
    assert.deepStrictEqual(entityTagsIn(text), Option.none())
  })

  it("are read in no time, however long the header", () => {
    assert.deepStrictEqual(entityTagsIn(`${" ,\t".repeat(5_000)}x`), Option.none())
    assert.deepStrictEqual(entityTagsIn(`${"\"a\",".repeat(3_000)}"`), Option.none())
  })
})

describe("a tag", () => {
  it("is had already whether it is weak or strong", () => {
    for (const known of ["\"v1\"", "W/\"v1\""]) {
      assert.deepStrictEqual(
        [known, "\"v2\""].map((current) => hasAlready(["\"x\"", "\"v1\""], current.replace(/^W\//, ""))),
        [true, false]
      )
      assert.isTrue(hasAlready([known], "W/\"v1\""))
    }
    assert.isTrue(hasAlready("*", "\"v1\""))
  })

  it.effect("lets a change through only if it is strong and of that version", () =>
    Effect.gen(function*() {
      const row = { version: 7 }
      for (const fine of [undefined, "*", ["\"v6\"", versionTag(7)]] as const) yield* mustMatch(row, fine)
      for (const stale of [["\"v6\""], ["W/\"v7\""], ["\"V7\""], []]) {
        assert.strictEqual((yield* Effect.flip(mustMatch(row, stale)))._tag, "PreconditionFailed")
      }
    }))
})
