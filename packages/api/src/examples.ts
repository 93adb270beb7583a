import type { Node } from "./json.ts"
import { isNode, listOf, nodeOf, textOf } from "./json.ts"

export const schemaPath = "#/components/schemas/"

/** The schema that a reference means, or the schema itself. */
export const resolved = (schema: Node, named: Node): Node =>
  typeof schema.$ref === "string" ? nodeOf(named[schema.$ref.slice(schemaPath.length)]) : schema

/**
 * A value that a schema allows, put together from the examples that its parts carry. Undefined where a part neither
 * carries one nor leaves only one choice: nothing is made up, so that what is shown is what somebody meant.
 */
export const exampleOf = (schema: Node, named: Node, within: ReadonlyArray<string> = []): unknown => {
  const of = (part: unknown) => exampleOf(nodeOf(part), named, within)
  if (Array.isArray(schema.examples)) return schema.examples[0]
  if ("const" in schema) return schema.const
  if (Array.isArray(schema.enum)) return schema.enum[0]
  if (typeof schema.$ref === "string") {
    // What contains itself needs an example of its own.
    return within.includes(schema.$ref)
      ? undefined
      : exampleOf(resolved(schema, named), named, [...within, schema.$ref])
  }
  if (Array.isArray(schema.anyOf)) return of(schema.anyOf.find((one) => nodeOf(one).type !== "null"))
  const given = listOf(schema.allOf).map(of).find((example) => example !== undefined)
  if (given !== undefined) return given
  switch (schema.type) {
    case "null":
      return null
    case "boolean":
      return true
    case "array": {
      const item = of(schema.items)
      return item === undefined ? undefined : [item]
    }
    case "object":
      return objectOf(schema, of)
    default:
      return undefined
  }
}

const objectOf = (schema: Node, of: (part: unknown) => unknown): Node | undefined => {
  const known = Object.entries(nodeOf(schema.properties))
    .map(([key, property]) => [key, of(property)] as const)
    .filter(([, example]) => example !== undefined)
  const example = Object.fromEntries(known)
  return listOf(schema.required).every((key) => textOf(key) in example) && isNode(example) ? example : undefined
}
