import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { NewMessage } from "../src/Message.ts"
import { permissionToRead, permissionToSend } from "../src/MessagePolicy.ts"

const cases: ReadonlyArray<[string, unknown, boolean]> = [
  ["words", { body: "Hello?" }, true],
  ["no words", {}, false],
  ["blanks", { body: " \n " }, false],
  ["10000 code points", { body: "😀".repeat(10_000) }, true],
  ["10001", { body: "x".repeat(10_001) }, false],
  ["a note", { body: "x", visibility: "internal" }, true],
  ["a whisper", { body: "x", visibility: "private" }, false],
  ["an id of one's own", { body: "x", clientMessageId: "m1" }, true],
  ["an empty id", { body: "x", clientMessageId: "" }, false],
  ["an id of 201", { body: "x", clientMessageId: "x".repeat(201) }, false],
  ["an author of one's choice", { body: "x", authorId: "0198c7a2-0000-7000-8000-000000000001" }, false],
  ["a place of one's choice", { body: "x", seq: 1 }, false]
]

describe("what somebody says", () => {
  it.each(cases)("%s", (_, input, accepted) =>
    assert.strictEqual(
      Result.isSuccess(Schema.decodeUnknownResult(NewMessage, { onExcessProperty: "error" })(input)),
      accepted
    ))

  it("is for everybody on the ticket unless said otherwise", () =>
    assert.deepStrictEqual(Schema.decodeUnknownSync(NewMessage)({ body: "x" }), { body: "x", visibility: "public" }))
})

describe("what a message needs", () => {
  it("an internal note is granted by itself, for reading and for writing", () => {
    assert.deepStrictEqual([permissionToRead("public"), permissionToSend("public")], ["message:read", "message:send"])
    assert.deepStrictEqual([permissionToRead("internal"), permissionToSend("internal")], [
      "message:read_internal",
      "message:send_internal"
    ])
  })
})
