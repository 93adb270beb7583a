import * as fc from "fast-check"
import type { Json } from "./TestHttp.ts"

/** What an arbitrary draws from besides the schema: the ids of things that are there, and values by their schema's name. */
export interface World {
  readonly document: Json
  readonly ids: ReadonlyArray<string>
  readonly known: Readonly<Record<string, ReadonlyArray<string>>>
}

const nameOf = (schema: Json): string => schema.$ref.split("/").at(-1)

export const resolved = (schema: Json, { document }: World): Json =>
  schema?.$ref === undefined ? schema : document.components.schemas[nameOf(schema)]

/** Any characters, or white space and syntax, whichever a program trips over sooner. */
const text = (minLength: number, maxLength: number) => {
  const lengths = { minLength, maxLength: Math.min(maxLength, minLength + 40) }
  return fc.oneof(
    { weight: 3, arbitrary: fc.string({ unit: "grapheme-ascii", ...lengths }) },
    { weight: 2, arbitrary: fc.string({ unit: "binary", ...lengths }) },
    {
      weight: 1,
      arbitrary: fc.string({
        unit: fc.constantFrom("%", "_", "\\", "'", "\"", "<", ":", "*", " ", "\n", "🎫"),
        ...lengths
      })
    },
    { weight: 1, arbitrary: fc.constant("x".repeat(maxLength)) }
  )
}

const anyText = "^[^\\0]*$"
const notBlank = "\\S"

const strings = (schema: Json, world: World): fc.Arbitrary<string> => {
  if (schema.format === "uuid") return fc.oneof(fc.constantFrom(...world.ids), fc.uuid({ version: 7 }))
  if (schema.format === "date-time") {
    return fc.date({ noInvalidDate: true, min: new Date("0001-01-01"), max: new Date("9999-12-31") })
      .map((date) => date.toISOString())
  }
  if (schema.format === "date") {
    return fc.date({ noInvalidDate: true, min: new Date("0001-01-01"), max: new Date("9999-12-31") })
      .map((date) => date.toISOString().slice(0, 10))
  }
  const parts: ReadonlyArray<Json> = [schema, ...(schema.allOf ?? [])]
  const patterns: ReadonlyArray<string> = parts.flatMap(({ pattern }) => pattern ?? [])
  const minimum = schema.minLength ?? 0
  const maximum = schema.maxLength ?? 200
  const special = patterns.find((pattern) => pattern !== anyText && pattern !== notBlank)
  const drawn = special === undefined ? text(minimum, maximum) : fc.stringMatching(new RegExp(special, "u"))
  return drawn.filter((value) => {
    const { length } = [...value]
    return length >= minimum && length <= maximum && patterns.every((pattern) => new RegExp(pattern, "u").test(value))
  })
}

const objects = (schema: Json, world: World): fc.Arbitrary<Json> =>
  fc.record(
    Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([key, property]) => [key, fitting(property, world)])
    ),
    { requiredKeys: schema.required ?? [] }
  )

/** Values that a JSON Schema allows. */
export const fitting = (schema: Json, world: World): fc.Arbitrary<Json> => {
  if (schema.$ref !== undefined) {
    const known = world.known[nameOf(schema)] ?? []
    const any = fitting(resolved(schema, world), world)
    return known.length === 0 ? any : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...known) }, any)
  }
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map((one: Json) => fitting(one, world)))
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  switch (schema.type) {
    case "null":
      return fc.constant(null)
    case "boolean":
      return fc.boolean()
    case "integer":
      return fc.integer({ min: schema.minimum ?? -1000, max: schema.maximum ?? 1000 })
    case "array": {
      const lengths = { minLength: schema.minItems ?? 0, maxLength: 3 }
      const item = fitting(schema.items, world)
      return schema.uniqueItems
        ? fc.uniqueArray(item, { ...lengths, selector: (one) => JSON.stringify(one) })
        : fc.array(item, lengths)
    }
    case "object":
      return objects(schema, world)
    case "string":
      return strings(schema, world)
    default:
      throw new Error(`no arbitrary for ${JSON.stringify(schema)}`)
  }
}

const nested = (levels: number) => JSON.parse("[".repeat(levels) + "]".repeat(levels))

/** What no field of a request should hold; which of them a field may hold after all, the schema says. */
export const unfitting: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    null,
    true,
    0,
    -1,
    1.5,
    1e308,
    Number.MAX_SAFE_INTEGER + 2,
    "",
    " ",
    "\0",
    "a\0b",
    "nope",
    [],
    {}
  ),
  fc.constantFrom<Json>(
    [null],
    [[]],
    { a: { b: 1 } },
    { toString: 1 },
    { length: -1 },
    "0198c7a2-5d1e-4c4b-9a3f-2b8d4e6f1a07"
  ),
  fc.constant("x".repeat(20_001)),
  fc.constantFrom(50, 2_000).map(nested),
  fc.jsonValue({ maxDepth: 3 })
)

/** Text that is not Unicode: half of a pair. */
export const halfCharacters: ReadonlyArray<string> = ["\ud800", "a\udc00b", "\udfff\ud800"]

/** Names that mean something to the language, and one that does not. */
export const unknownNames: ReadonlyArray<string> = [
  "colour",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "",
  "a/b~c"
]
