import {
  MalformedJson,
  MethodNotAllowed,
  PayloadTooLarge,
  UnsupportedMediaType,
  ValidationFailed
} from "@opsdesk/kernel/Problem"
import { ByteSize, Effect, Schema } from "effect"
import { HttpServerRequest } from "effect/http"
import { deepest, isTooDeep, queryFaults, textOf } from "../middleware/wellFormed.ts"
import { limits } from "./limits.ts"
import { Refused } from "./problems.ts"

/** What a request asks for (GraphQL over HTTP, "Request Parameters"). */
export interface Asked {
  readonly query: string
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
  readonly extensions: Readonly<Record<string, unknown>> | undefined
}

const decodeJson = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))

const refuse = (problem: Refused["problem"], more: Pick<Refused, "limit" | "headers"> = {}) =>
  Effect.fail(new Refused({ problem, ...more }))

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const members = ["query", "operationName", "variables", "extensions"]

/** The parameters, each of its kind, or which are of none. */
export const askedOf = (
  found: Readonly<Record<string, unknown>>,
  faultAt: (name: string, detail: string) => ValidationFailed["errors"][number]
) => {
  const { extensions, operationName, query, variables } = found
  const errors = Object.keys(found).filter((name) => !members.includes(name)).map((name) =>
    faultAt(name, "is not known here")
  )
  if (typeof query !== "string" || query === "") errors.push(faultAt("query", "must be a GraphQL document"))
  if (operationName !== undefined && operationName !== null && typeof operationName !== "string") {
    errors.push(faultAt("operationName", "must be text"))
  }
  for (const [name, value] of [["variables", variables], ["extensions", extensions]] as const) {
    if (value !== undefined && value !== null && !isObject(value)) errors.push(faultAt(name, "must be an object"))
  }
  if (errors.length > 0 || typeof query !== "string") return refuse(new ValidationFailed({ errors }))
  const asked: Asked = {
    query,
    operationName: typeof operationName === "string" && operationName !== "" ? operationName : undefined,
    variables: isObject(variables) ? variables : {},
    extensions: isObject(extensions) ? extensions : undefined
  }
  return Effect.succeed(asked)
}

const tooLarge = new PayloadTooLarge({ detail: "A body may hold at most 100 kB here." })
const bodyLimit = { limit: { name: "body", most: limits.body } }

/** JSON in UTF-8, as it is: what browsers send without asking for leave is of another type. */
const isJson = ({ headers }: HttpServerRequest.HttpServerRequest): boolean =>
  /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i.test(headers["content-type"] ?? "") &&
  (headers["content-encoding"] ?? "identity").toLowerCase() === "identity"

const inBody = Effect.fnUntraced(function*(request: HttpServerRequest.HttpServerRequest) {
  if (!isJson(request)) return yield* refuse(new UnsupportedMediaType())
  if (Number(request.headers["content-length"] ?? 0) > limits.body) return yield* refuse(tooLarge, bodyLimit)
  const bytes = yield* request.arrayBuffer.pipe(
    Effect.provideService(HttpServerRequest.MaxBodySize, ByteSize.bytes(limits.body)),
    Effect.catch(() => refuse(tooLarge, bodyLimit))
  )
  if (bytes.byteLength > limits.body) return yield* refuse(tooLarge, bodyLimit)
  const text = textOf(bytes)
  if (text === null) return yield* refuse(new MalformedJson())
  if (isTooDeep(text)) {
    const detail = `must not nest arrays and objects more than ${deepest} deep`
    return yield* refuse(new ValidationFailed({ errors: [{ pointer: "", detail }] }))
  }
  const body = decodeJson(text)
  if (body._tag === "None") return yield* refuse(new MalformedJson())
  if (!isObject(body.value)) {
    const detail = "must be an object: one request is one operation"
    return yield* refuse(new ValidationFailed({ errors: [{ pointer: "", detail }] }))
  }
  return yield* askedOf(body.value, (name, detail) => ({ pointer: `/${name}`, detail }))
})

/** Objects come as JSON in an address. */
const inAddress = Effect.fnUntraced(function*(request: HttpServerRequest.HttpServerRequest) {
  const faults = queryFaults(request.url)
  if (faults.length > 0) return yield* refuse(new ValidationFailed({ errors: faults }))
  const parameters = yield* HttpServerRequest.ParsedSearchParams
  const fault = (parameter: string, detail: string) => ({ parameter, detail })
  const found: Record<string, unknown> = { ...parameters }
  for (const name of ["variables", "extensions"]) {
    const text = found[name]
    if (typeof text !== "string") continue
    const decoded = isTooDeep(text) ? { _tag: "None" as const } : decodeJson(text)
    if (decoded._tag === "None") {
      return yield* refuse(new ValidationFailed({ errors: [fault(name, "must be JSON")] }))
    }
    found[name] = decoded.value
  }
  return yield* askedOf(found, fault)
})

/** What a request asks for; refused before anybody reads it as GraphQL where it is no such thing. */
export const askedBy = (request: HttpServerRequest.HttpServerRequest) =>
  request.method === "POST" ? inBody(request) : inAddress(request)

/** What a GET must not do: a link would do it. */
export const mustBePosted = new Refused({
  problem: new MethodNotAllowed({ detail: "Mutations and subscriptions are sent by POST." }),
  headers: { allow: "POST" }
})
