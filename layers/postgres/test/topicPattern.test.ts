import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { topicPattern, withDots } from "../src/topicPattern.ts"

const wordsOf = (text: string) => text === "" ? [] : text.split(".")

/** A topic exchange as the specification tells of it, word by word. */
const takes = (binding: ReadonlyArray<string>, type: ReadonlyArray<string>): boolean => {
  const [first, ...others] = binding
  if (first === undefined) return type.length === 0
  if (first === "#") return takes(others, type) || (type.length > 0 && takes(binding, type.slice(1)))
  return type.length > 0 && (first === "*" || first === type[0]) && takes(others, type.slice(1))
}

const matches = (binding: string, type: string) => new RegExp(topicPattern(binding)).test(withDots(type))

describe("a queue that asks for types", () => {
  it("gets those that a topic exchange would give it, and no other", () => {
    const word = fc.constantFrom("a", "b", "ab", "")
    const type = fc.array(word, { maxLength: 5 }).map((words) => words.join("."))
    const binding = fc.array(fc.oneof(word, fc.constantFrom("*", "#")), { maxLength: 5 }).map((words) =>
      words.join(".")
    )
    fc.assert(
      fc.property(binding, type, (asked, sent) => {
        assert.strictEqual(matches(asked, sent), takes(wordsOf(asked), wordsOf(sent)), `${asked} for ${sent}`)
      }),
      { numRuns: 3000 }
    )
  })

  it("may name words with any letters: none of them is a pattern", () => {
    const word = fc.string({
      unit: fc.constantFrom(...String.raw`a.^$+?()[]{}|\-:=!<>" 'é
`)
    })
    fc.assert(fc.property(word, word, (mine, theirs) => {
      assert.isTrue(matches(mine, mine))
      assert.strictEqual(matches(mine, theirs), mine === theirs)
    }))
  })
})
