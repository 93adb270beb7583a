import { EndpointAccess } from "@opsdesk/access/AuthApi"
import { Context } from "effect"
import type { HttpApiEndpoint } from "effect/http-api"
import { exampleOf, resolved } from "./examples.ts"
import { answersOnlyIfNew, headersFor, takesIdempotencyKey } from "./headers.ts"
import type { Node } from "./json.ts"
import { isNode, listOf, mapped, nodeOf, textOf } from "./json.ts"

/** An operation, and what its endpoint knows beside. */
export interface Asked {
  readonly endpoint: HttpApiEndpoint.Top
  readonly operation: Node
  /** The schemas that references mean. */
  readonly named: Node
}

const json = "application/json"
const problem = "application/problem+json"

const schemaIn = (container: unknown, type: string): Node =>
  nodeOf(nodeOf(nodeOf(nodeOf(container).content)[type]).schema)

export const bodySchema = ({ operation }: Asked): Node => schemaIn(operation.requestBody, json)
export const bodyExample = (asked: Asked): unknown => exampleOf(bodySchema(asked), asked.named)

const nameOf = (schema: Node): string => textOf(schema.$ref).split("/").at(-1) ?? ""

/** The address of an operation, with an id wherever it takes one. */
const exampleAddress = ({ endpoint, named, operation }: Asked): string =>
  listOf(operation.parameters).filter(isNode).filter((parameter) => parameter.in === "path").reduce(
    (path, { name, schema }) => path.replace(`:${textOf(name)}`, String(exampleOf(nodeOf(schema), named))),
    endpoint.path
  )

/** Something that could be wrong with this very request. */
const faultExample = (asked: Asked): Node => {
  const schema = resolved(bodySchema(asked), asked.named)
  const [required] = listOf(schema.required)
  if (required !== undefined) return { pointer: `/${textOf(required)}`, detail: "is missing" }
  const unknown = { detail: "is not known here" }
  if (asked.endpoint.payload.size > 0) return { pointer: "/colour", ...unknown }
  return asked.endpoint.query === undefined
    ? { parameter: "colour", ...unknown }
    : { parameter: "limit", detail: "must be a whole number from 1 to 100" }
}

const problemExample = (asked: Asked, schema: Node): unknown => {
  const access = Context.getOrUndefined(asked.endpoint.annotations, EndpointAccess)
  const given: Node = {
    instance: exampleAddress(asked),
    errors: [faultExample(asked)],
    ...(access?.who === "permitted" ? { permission: access.permissions[0] } : {})
  }
  const example = mapped(
    nodeOf(schema.properties),
    (member, key) => given[key] ?? exampleOf(nodeOf(member), asked.named)
  )
  return Object.values(example).includes(undefined) ? undefined : example
}

/** What cannot happen to a request without a body or a key, or at an address without a place for an id. */
const impossible = ({ endpoint }: Asked): ReadonlyArray<string> => [
  // A body that nobody asked for is read, so as to be refused; only a GET's is passed over.
  ...(endpoint.method === "GET" ? ["MalformedJson", "PayloadTooLarge"] : []),
  ...(endpoint.payload.size === 0 ? ["UnsupportedMediaType"] : []),
  ...(endpoint.params === undefined ? ["NotFound"] : []),
  ...(takesIdempotencyKey(endpoint) ? [] : ["IdempotencyKeyReused", "RequestInProgress"])
]

const titleOf = (schema: Node): string => textOf(listOf(nodeOf(nodeOf(schema.properties).title).enum)[0])

const describedProblem = (asked: Asked, response: Node): Node | undefined => {
  const declared = schemaIn(response, problem)
  const all = Array.isArray(declared.anyOf) ? declared.anyOf.filter(isNode) : [declared]
  const possible = all.filter((schema) => !impossible(asked).includes(nameOf(schema)))
  const [first] = possible
  if (first === undefined) return undefined
  const whole = possible.map((schema) => resolved(schema, asked.named))
  const examples = Object.fromEntries(possible.flatMap((schema, at) => {
    const value = problemExample(asked, whole[at] ?? {})
    return value === undefined ? [] : [[nameOf(schema), { summary: nodeOf(value).detail, value }]]
  }))
  return {
    description: [...new Set(whole.map(titleOf))].join(" | "),
    content: { [problem]: { schema: possible.length === 1 ? first : { anyOf: possible }, examples } }
  }
}

/** An answer shows what was asked for. */
const echoed = (answer: Node, asked: unknown): Node =>
  isNode(asked) ? mapped(answer, (value, key) => key in asked ? asked[key] : value) : answer

const describedSuccess = (asked: Asked, status: string, response: Node): Node => {
  if (status === "204") return { description: "Done; there is nothing to show" }
  const schema = schemaIn(response, json)
  const whole = exampleOf(schema, asked.named)
  const data = isNode(whole) && isNode(whole.data) ? echoed(whole.data, bodyExample(asked)) : undefined
  const example = isNode(whole) && data !== undefined ? { ...whole, data } : whole
  const leads = status.startsWith("3")
  const empty = Object.keys(schema).length === 0
  return {
    description: leads ? "Go on there" : status === "201" ? "Made" : "Done",
    headers: Object.fromEntries(
      Object.entries(nodeOf(response.headers)).flatMap(([name, header]) =>
        name === "etag" ? [] : name === "location"
          ? [["Location", {
            ...nodeOf(header),
            ...(leads ? { description: "Where to go on" } : {
              description: "Where it is from now on",
              example: `${exampleAddress(asked)}/${textOf(data?.id)}`
            })
          }]]
          : [[name, header]]
      )
    ),
    ...(empty ? {} : { content: { [json]: { schema, ...(example === undefined ? {} : { example }) } } })
  }
}

/** Each answer of an operation that can come, with an example. */
export const responsesOf = (asked: Asked): Node => {
  const { endpoint } = asked
  const answers = Object.entries(nodeOf(asked.operation.responses)).flatMap(([status, response]) => {
    const declared = nodeOf(nodeOf(response).headers)
    const described = status < "400"
      ? describedSuccess(asked, status, nodeOf(response))
      : describedProblem(asked, nodeOf(response))
    return described === undefined
      ? []
      : [[status, {
        ...described,
        headers: { ...nodeOf(described.headers), ...headersFor(asked, status, declared) }
      }]]
  })
  const unchanged = { description: "What you have is still what it is", headers: headersFor(asked, "304", {}) }
  return Object.fromEntries([...answers, ...(answersOnlyIfNew(endpoint) ? [["304", unchanged]] : [])])
}
