import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { bindingOf } from "../src/Binding.ts"
import { IntParameter, pageQuery } from "../src/Page.ts"

const decodePage = Schema.decodeUnknownResult(Schema.Struct(pageQuery))
const numberOf = (text: string) => Result.getOrNull(Schema.decodeUnknownResult(IntParameter(0, 2_147_483_647))(text))

describe("a whole number in a query", () => {
  it.each([["0", 0], ["1", 1], ["007", 7], ["2147483647", 2_147_483_647]])(
    "%s is one",
    (text, number) => assert.strictEqual(numberOf(text), number)
  )

  it.each(["", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x10", "2147483648", "9".repeat(40), "NaN", "Infinity", "１"])(
    "\"%s\" is none",
    (text) => assert.isNull(numberOf(text))
  )
})

describe("what every list takes", () => {
  it("whoever asks for nothing gets twenty", () =>
    assert.deepStrictEqual(Result.getOrThrow(decodePage({})), { limit: 20 }))

  it.each([["1", true], ["100", true], ["0", false], ["101", false], ["", false], ["many", false]])(
    "a limit of \"%s\"",
    (limit, accepted) => assert.strictEqual(Result.isSuccess(decodePage({ limit })), accepted)
  )

  it.each([[{ include: "total" }, true], [{ include: "all" }, false], [{ cursor: "" }, false], [
    { cursor: "x".repeat(2001) },
    false
  ]])("%j", (query, accepted) => assert.strictEqual(Result.isSuccess(decodePage(query)), accepted))
})

describe("what a cursor is good for", () => {
  const binding = bindingOf("tickets", "carla", { status: ["open"], q: "printer" })

  it("stays the same for the next page, whatever its size and whether it is counted", () => {
    assert.strictEqual(
      bindingOf("tickets", "carla", { q: "printer", status: ["open"], limit: 7, cursor: "x", include: "total" }),
      binding
    )
    assert.strictEqual(bindingOf("tickets", "carla", { q: "printer", status: ["open"], type: undefined }), binding)
  })

  it.each([
    ["another list", bindingOf("users", "carla", { status: ["open"], q: "printer" })],
    ["another reader", bindingOf("tickets", "chris", { status: ["open"], q: "printer" })],
    ["another value", bindingOf("tickets", "carla", { status: ["open"], q: "printers" })],
    ["more values", bindingOf("tickets", "carla", { status: ["open", "closed"], q: "printer" })],
    ["one filter less", bindingOf("tickets", "carla", { q: "printer" })],
    ["one filter more", bindingOf("tickets", "carla", { status: ["open"], q: "printer", type: ["incident"] })],
    ["values under each other's name", bindingOf("tickets", "carla", { q: ["open"], status: "printer" })],
    ["a value that looks like another key", bindingOf("tickets", "carla", { q: "printer\"],[\"status\",[\"open\"" })]
  ])("is another one for %s", (_, other) => assert.notStrictEqual(other, binding))
})
