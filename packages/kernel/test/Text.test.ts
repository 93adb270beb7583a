import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import * as fc from "fast-check"
import { NonBlankText, Text } from "../src/Text.ts"

const accepts = (schema: Schema.Codec<string>) => (text: string) =>
  Result.isSuccess(Schema.decodeUnknownResult(schema)(text))

const fits = accepts(Text(1, 10))

/** Text as JSON may hold it: any UTF-16 code units, lone surrogates and U+0000 among them. */
const codeUnits = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom("a", " ", "é", "漢", "😀", "\n") },
    { weight: 1, arbitrary: fc.constantFrom("\0", "\ud83d", "\ude00") }
  ),
  { maxLength: 14 }
).map((units) => units.join(""))

describe("text that somebody sends", () => {
  it.each([
    ["one letter", "a", true],
    ["nothing", "", false],
    ["as long as it may be", "abcdefghij", true],
    ["one too long", "abcdefghijk", false],
    ["ten emoji, which are twenty UTF-16 units", "😀".repeat(10), true],
    ["eleven emoji", "😀".repeat(11), false],
    ["a family, whose seven code points look like one", "👨‍👩‍👧‍👦", true],
    ["lines and tabs", "a\n\tb", true],
    ["U+0000 alone", "\0", false],
    ["U+0000 at the start", "\0ab", false],
    ["U+0000 in the middle", "a\0b", false],
    ["U+0000 at the end", "ab\0", false],
    ["U+0000 after a line break", "a\n\0", false],
    ["a high surrogate alone", "a\ud83d", false],
    ["a low surrogate alone", "\ude00b", false],
    ["a pair the wrong way round", "\ude00\ud83d", false],
    ["a private character", "\u{10fffd}", true]
  ])("%s", (_, text, accepted) => assert.strictEqual(fits(text), accepted))

  it("whoever sends anything gets it kept exactly when PostgreSQL can keep it", () => {
    fc.assert(
      fc.property(codeUnits, (text) => {
        const { length } = [...text]
        assert.strictEqual(fits(text), length >= 1 && length <= 10 && !text.includes("\0") && text.isWellFormed())
      }),
      { numRuns: 500 }
    )
  })

  it("what is wrong is said in words", () => {
    const said = (text: string) =>
      Result.match(Schema.decodeUnknownResult(Text(1, 10), { errors: "all" })(text), {
        onSuccess: () => "",
        onFailure: ({ message }) => message
      })
    assert.include(said(""), "must be 1 to 10 characters long")
    assert.include(said("\0"), "must not contain U+0000")
    assert.include(said("\ud83d"), "must be well-formed Unicode")
  })
})

describe("text with something to read in it", () => {
  it.each([
    ["a word between blanks", "  x  ", true],
    ["blanks", "   ", false],
    ["lines and tabs", "\n\t\r\n", false],
    ["a no-break space", "\u00a0", false],
    ["an ideographic space", "\u3000", false],
    ["a byte order mark", "\ufeff", false],
    ["nothing", "", false],
    ["too long", "x".repeat(11), false],
    ["U+0000", "x\0", false]
  ])("%s", (_, text, accepted) => assert.strictEqual(accepts(NonBlankText(10))(text), accepted))
})
