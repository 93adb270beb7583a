import { assert, describe, it } from "@effect/vitest"
import { exampleOf } from "../src/examples.ts"

const named = {
  Id: { type: "string", examples: ["0198c7a2"] },
  Chain: { type: "object", properties: { next: { $ref: "#/components/schemas/Chain" } }, required: ["next"] },
  Tree: { type: "object", properties: { leaves: { type: "array", items: { $ref: "#/components/schemas/Tree" } } } }
}
const ref = (name: keyof typeof named) => ({ $ref: `#/components/schemas/${name}` })
const text = { type: "string" }

describe("an example for a reader", () => {
  it.each([
    ["what the schema shows", { type: "string", examples: ["a", "b"] }, "a"],
    ["the first of some words", { enum: ["open", "closed"] }, "open"],
    ["the only choice", { const: 7 }, 7],
    ["what the schema of that name shows", ref("Id"), "0198c7a2"],
    ["the closer one where both show something", { ...ref("Id"), examples: ["mine"] }, "mine"],
    ["something rather than nothing", { anyOf: [{ type: "null" }, ref("Id")] }, "0198c7a2"],
    ["what a rule beside the others shows", { type: "string", allOf: [{ minLength: 1 }, { examples: ["x"] }] }, "x"],
    ["one of many", { type: "array", items: ref("Id") }, ["0198c7a2"]],
    ["all the fields that it knows", {
      type: "object",
      properties: { id: ref("Id"), ok: { type: "boolean" }, note: text },
      required: ["id"]
    }, { id: "0198c7a2", ok: true }],
    ["no more than it knows of what contains itself", ref("Tree"), {}]
  ])("is %s", (_, schema, example) => {
    assert.deepStrictEqual(exampleOf(schema, named), example)
  })

  it.each([
    ["text", text],
    ["a number", { type: "integer" }],
    ["an object that needs such a field", { type: "object", properties: { note: text }, required: ["note"] }],
    ["a list of such things", { type: "array", items: text }],
    ["what must contain itself", ref("Chain")],
    ["a name that nobody gave", { $ref: "#/components/schemas/Nobody" }]
  ])("is not made up for %s", (_, schema) => {
    assert.isUndefined(exampleOf(schema, named))
  })
})
