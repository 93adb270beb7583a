import { schemaPath } from "./examples.ts"
import type { Node } from "./json.ts"
import { everywhere, isNode, listOf, nodeOf, textOf, without } from "./json.ts"

/** The members that every problem has on the wire, in the order in which they leave. */
const problemMembers = ["type", "title", "status", "detail", "instance", "code", "requestId"]

export const isProblem = (schema: Node): boolean =>
  textOf(listOf(nodeOf(nodeOf(schema.properties).type).enum)[0]).startsWith("/problems/")

const remarks = ["title", "description", "examples", "default"]

/** Folds `allOf` into the schema around it as far as no keyword is said twice: one schema reads easier than three. */
export const folded = (schema: Node): Node => {
  const members = listOf(schema.allOf).filter(isNode)
  const kept: Array<Node> = []
  const whole = members.reduce((around, member) => {
    const clash = Object.keys(member).some((key) => key in around)
    // What a member says about the whole belongs to the whole even where its rules cannot be folded in.
    const moving = Object.keys(member).filter((key) => !clash || (remarks.includes(key) && !(key in around)))
    const rest = without(member, ...moving)
    if (Object.keys(rest).length > 0) kept.push(rest)
    return { ...around, ...Object.fromEntries(moving.map((key) => [key, member[key]])) }
  }, without(schema, "allOf"))
  return members.length === 0 || kept.length === 0 ? whole : { ...whole, allOf: kept }
}

/** A bound that no number in JSON can pass says nothing. */
const unbounded = (schema: Node): Node =>
  schema.type === "integer"
    ? without(
      schema,
      ...(schema.minimum === Number.MIN_SAFE_INTEGER ? ["minimum"] : []),
      ...(schema.maximum === Number.MAX_SAFE_INTEGER ? ["maximum"] : [])
    )
    : schema

/** A problem leaves the program complete, whatever the class that made it leaves open. */
const complete = (schema: Node): Node => {
  if (!isProblem(schema)) return schema
  const { properties, ...rest } = schema
  const own = nodeOf(properties)
  const ordered = [...problemMembers, ...Object.keys(own).filter((key) => !problemMembers.includes(key))]
  return { ...rest, properties: Object.fromEntries(ordered.map((key) => [key, own[key]])), required: ordered }
}

/** `Ticket.json`: how the JSON of a record is called where it is declared. */
const recordName = (schema: Node): string | undefined => /^(\w+)\.json$/.exec(textOf(schema.title))?.[1]

/** The document with its schemas as a reader would have written them: the same meaning, each thing under its name. */
export const withReadableSchemas = (document: Node): Node => {
  const declared = nodeOf(nodeOf(document.components).schemas)
  const records = new Map<string, Node>()

  /** Gives a record a place of its own, unless its name means something else already. */
  const placed = (schema: Node): Node => {
    const name = recordName(schema)
    if (name === undefined || name in declared) return schema
    const record = without(schema, "title")
    const placed = records.get(name) ?? record
    if (JSON.stringify(placed) !== JSON.stringify(record)) return schema
    records.set(name, record)
    return { $ref: schemaPath + name }
  }
  const renamed = (name: string): string => {
    const plain = name.replace(/Encoded$/, "")
    return plain in declared ? name : plain
  }
  const referring = (schema: Node): Node =>
    typeof schema.$ref === "string"
      ? { ...schema, $ref: schemaPath + renamed(schema.$ref.slice(schemaPath.length)) }
      : schema

  const readable = nodeOf(everywhere(document, (node) => placed(complete(unbounded(folded(referring(node)))))))
  const components = nodeOf(readable.components)
  const schemas = [
    ...records,
    ...Object.entries(nodeOf(components.schemas)).map(([name, schema]) => [renamed(name), schema] as const)
  ]
  return {
    ...readable,
    components: { ...components, schemas: Object.fromEntries(schemas.toSorted(([a], [b]) => a < b ? -1 : 1)) }
  }
}
