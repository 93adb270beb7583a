import { emailOf, passwordOf } from "@opsdesk/testkit/people"
import * as fc from "fast-check"
import { fitting, halfCharacters, resolved, unfitting, unknownNames } from "./arbitraries.ts"
import type { World } from "./arbitraries.ts"
import type { Json } from "./TestHttp.ts"

export interface Operation {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly node: Json
}

export const operationsOf = (document: Json): ReadonlyArray<Operation> =>
  Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([method, node]) => ({
      id: node.operationId,
      method: method.toUpperCase(),
      path,
      node
    }))
  )

export interface Sent {
  readonly path: string
  readonly query: ReadonlyArray<readonly [name: string, value: string]>
  /** As text; undefined for none. */
  readonly body: string | undefined
}

/** The ids of what an address can name. */
export interface Named extends World {
  readonly tickets: ReadonlyArray<string>
  readonly messages: ReadonlyArray<string>
  readonly users: ReadonlyArray<string>
  /** Those who ask: nothing is done to them. */
  readonly callers: ReadonlyArray<string>
  readonly teams: ReadonlyArray<string>
  /** Not used yet: each is good once. */
  readonly refreshTokens: ReadonlyArray<string>
  readonly roles: ReadonlyArray<string>
  readonly apiTokens: ReadonlyArray<string>
  readonly notifications: ReadonlyArray<string>
  readonly deadLetters: ReadonlyArray<string>
}

const bodySchema = ({ node }: Operation): Json => node.requestBody?.content["application/json"].schema

const parametersIn = ({ node }: Operation, place: "path" | "query"): ReadonlyArray<Json> =>
  (node.parameters ?? []).filter((parameter: Json) => parameter.in === place)

/** Mostly something that is there. */
const idFor = (operation: Operation, name: string, schema: Json, named: Named): fc.Arbitrary<string> => {
  const [, , collection] = operation.path.split("/")
  const pools: Readonly<Record<string, ReadonlyArray<string>>> = {
    users: named.users,
    teams: named.teams,
    roles: named.roles,
    "api-tokens": named.apiTokens,
    notifications: named.notifications,
    admin: named.deadLetters
  }
  const pool = name === "messageId"
    ? named.messages
    : name === "userId"
    ? collection === "tickets" ? [...named.users, ...named.callers] : named.users
    : pools[collection ?? ""] ?? named.tickets
  return fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...pool) }, { weight: 1, arbitrary: fitting(schema, named) })
}

const asText = (value: Json): string => Array.isArray(value) ? value.join(",") : String(value)

const credentials = fc.constantFrom("carla", "ada", "alex", "dora").map((person) => ({
  email: emailOf(person),
  password: passwordOf(person)
}))

const bodies = (operation: Operation, named: Named): fc.Arbitrary<Json> => {
  const schema = bodySchema(operation)
  if (schema === undefined) return fc.constant(undefined)
  if (operation.id === "auth.refresh") {
    return fc.oneof(
      fc.constantFrom(...named.refreshTokens.map((refreshToken) => ({ refreshToken }))),
      fitting(schema, named)
    )
  }
  return operation.id === "auth.login" ? fc.oneof(credentials, fitting(schema, named)) : fitting(schema, named)
}

interface Draft {
  readonly ids: Record<string, string>
  readonly query: Record<string, Json>
  readonly body: Json
}

const drafts = (operation: Operation, named: Named): fc.Arbitrary<Draft> =>
  fc.record({
    ids: fc.record(Object.fromEntries(
      parametersIn(operation, "path").map(({ name, schema }) => [name, idFor(operation, name, schema, named)])
    )),
    query: fc.record(
      Object.fromEntries(parametersIn(operation, "query").map(({ name, schema }) => [name, fitting(schema, named)])),
      {
        requiredKeys: parametersIn(operation, "query").flatMap(({ name, required }) => required === true ? [name] : [])
      }
    ),
    body: bodies(operation, named)
  })

const sent = (operation: Operation, { body, ids, query }: Draft): Sent => ({
  path: operation.path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(ids[name] ?? "")),
  query: Object.entries(query).map(([name, value]) => [name, asText(value)]),
  body: body === undefined ? undefined : JSON.stringify(body)
})

/** Requests that the document allows. */
export const valid = (operation: Operation, named: Named): fc.Arbitrary<Sent> =>
  drafts(operation, named).map((draft) => sent(operation, draft))

const withField = (body: Json, key: string, value: Json): Json =>
  // Defined rather than set: `__proto__` is to be a field like any other.
  Object.defineProperty({ ...body }, key, { value, enumerable: true })

type Fits = (operation: Operation, body: Json) => boolean

/** Bodies with one thing wrong with them. */
const wrongBodies = (operation: Operation, body: Json, fits: Fits, named: Named): fc.Arbitrary<string> => {
  const schema = resolved(bodySchema(operation), named)
  const keys = Object.keys(schema.properties)
  const textKeys = keys.filter((key) => {
    const property = resolved(schema.properties[key], named)
    return property.type === "string" && property.enum === undefined
  })
  const changed = fc.oneof(
    fc.tuple(fc.constantFrom(...keys), unfitting).map(([key, value]) => withField(body, key, value)),
    fc.tuple(fc.constantFrom(...unknownNames), fc.jsonValue({ maxDepth: 1 })).map(([key, value]) =>
      withField(body, key, value)
    ),
    unfitting,
    ...(schema.required ?? []).map((missing: string) =>
      fc.constant(Object.fromEntries(Object.entries(body).filter(([key]) => key !== missing)))
    )
  ).filter((wrong) => !fits(operation, wrong)).map((wrong) => JSON.stringify(wrong))
  const written = fc.constantFrom(...keys).map((key) => `{${JSON.stringify(key)}:1e400}`)
  const halved = fc.tuple(fc.constantFrom(...textKeys, keys[0] ?? ""), fc.constantFrom(...halfCharacters))
    .map(([key, half]) => JSON.stringify(withField(body, key, half)))
  return fc.oneof({ weight: 8, arbitrary: changed }, { weight: 1, arbitrary: written }, {
    weight: 2,
    arbitrary: halved
  })
}

/** Values that no parameter of a kind takes. */
const wrongValues = (schema: Json, named: Named): ReadonlyArray<string> => {
  const { enum: words, format, pattern, type } = resolved(schema, named)
  switch (type) {
    case "integer":
      return ["", "abc", "-1", "1.5", "1e3", "0x10", " 1", "1 ", "99999999999999999999", "NaN", "\0", "１"]
    case "boolean":
      return ["", "1", "TRUE", "yes", "\0"]
    case "array":
      return ["", "nope", ",", "open,,closed", "low,", "\0", "__proto__"]
    case "string":
      if (words !== undefined) return ["", "nope", "TOTAL", "\0"]
      if (format === "uuid") return ["", "me too", "0198c7a2-5d1e-4c4b-9a3f-2b8d4e6f1a07", "\0"]
      if (format === "date-time") return ["", "yesterday", "2026-02-30T00:00:00Z", "2026-03-14", "2026-03-14T25:00:00Z"]
      if (format === "date") return ["", "yesterday", "2026-02-30", "2026-3-14", "0000-01-01", "2026-03-14T00:00:00Z"]
      // A cursor is any text until somebody who may read the list comes with it.
      if (pattern === undefined) return ["", "x".repeat(2_001)]
      return pattern === "^[^\\0]*$"
        ? ["", "a\0b", "x".repeat(2_001)]
        : ["", "?", "A B", "\0", ",", "x".repeat(500)]
    default:
      return ["", "\0", "nobody"]
  }
}

const wrongQueries = (operation: Operation, query: Draft["query"], named: Named): fc.Arbitrary<Sent["query"]> => {
  const fine = Object.entries(query).map(([name, value]) => [name, asText(value)] as const)
  const parameters = parametersIn(operation, "query")
  return fc.oneof(
    // An empty name is none, and a pointer's syntax is no parameter's.
    fc.constantFrom(...unknownNames.filter((name) => name !== "")).map((name) => [...fine, [name, "1"] as const]),
    ...parameters.map(({ name, schema }) =>
      fc.constantFrom(...wrongValues(schema, named)).map((value) => [
        ...fine.filter(([other]) => other !== name),
        [name, value] as const
      ])
    ),
    ...parameters.map(({ name }) => fc.constant([...fine, [name, "1"] as const, [name, "2"] as const]))
  )
}

/** Requests with one thing wrong with them, in the query or in the body. */
export const invalid = (operation: Operation, named: Named, fits: Fits): fc.Arbitrary<Sent> =>
  drafts(operation, named).chain((draft) => {
    const fine = sent(operation, draft)
    const inQuery = wrongQueries(operation, draft.query, named).map((query) => ({ ...fine, query }))
    if (bodySchema(operation) === undefined) return inQuery
    const inBody = wrongBodies(operation, draft.body, fits, named).map((body) => ({ ...fine, body }))
    return fc.oneof({ weight: 2, arbitrary: inQuery }, { weight: 5, arbitrary: inBody })
  })

/** Bodies for an operation that takes none, or undefined where it takes one; a GET's is never read. */
export const stray = (operation: Operation, named: Named): fc.Arbitrary<Sent> | undefined => {
  if (bodySchema(operation) !== undefined || operation.method === "GET") return undefined
  const bodies = fc.constantFrom("{", "null", "{\"a\":1}", "[1]", "[".repeat(40), "\"\"", " ", "x".repeat(1_100_000))
  return fc.tuple(drafts(operation, named), bodies).map(([draft, body]) => ({ ...sent(operation, draft), body }))
}

const wrongIds = [
  "0",
  "-1",
  "1.5",
  "1e3",
  "abc",
  "\0",
  "%",
  "..",
  "__proto__",
  "0198c7a2",
  "1234567890",
  "x".repeat(100),
  "１",
  "0198c7a2-5d1e-4c4b-9a3f-2b8d4e6f1a07"
]

/** Requests for an address that can name nothing, or undefined where the operation has no place for an id. */
export const misaddressed = (operation: Operation, named: Named): fc.Arbitrary<Sent> | undefined => {
  const places = parametersIn(operation, "path").map(({ name }): string => name)
  if (places.length === 0) return undefined
  return fc.tuple(drafts(operation, named), fc.constantFrom(...places), fc.constantFrom(...wrongIds)).map((
    [draft, place, id]
  ) => sent(operation, { ...draft, ids: { ...draft.ids, [place]: id } }))
}
