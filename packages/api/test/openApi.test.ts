import { assert, describe, it } from "@effect/vitest"
import { EndpointAccess } from "@opsdesk/access/AuthApi"
import { openApiFaults, pointerTo } from "@opsdesk/testkit/openApiFaults"
import { Validator } from "@seriousme/openapi-schema-validator"
import { Context } from "effect"
import { Api } from "../src/Api.ts"
import { endpointsOf } from "../src/described.ts"
import type { Node } from "../src/json.ts"
import { isNode, listOf, nodeOf, textOf } from "../src/json.ts"
import { openApi } from "../src/openApi.ts"
import { accessInWords } from "../src/operations.ts"

/** As everybody gets it. */
const document = nodeOf(JSON.parse(JSON.stringify(openApi())))

interface Operation {
  readonly id: string
  readonly at: ReadonlyArray<string>
  readonly node: Node
}

const operations: ReadonlyArray<Operation> = Object.entries(nodeOf(document.paths)).flatMap(([path, methods]) =>
  Object.entries(nodeOf(methods)).map(([method, node]) => ({
    id: textOf(nodeOf(node).operationId),
    at: ["paths", path, method],
    node: nodeOf(node)
  }))
)

interface Media {
  readonly at: ReadonlyArray<string>
  readonly type: string
  readonly node: Node
}

const mediaIn = (container: unknown, at: ReadonlyArray<string>): ReadonlyArray<Media> =>
  Object.entries(nodeOf(nodeOf(container).content)).map(([type, node]) => ({
    at: [...at, "content", type],
    type,
    node: nodeOf(node)
  }))

const responsesOf = ({ at, node }: Operation) =>
  Object.entries(nodeOf(node.responses)).map(([status, response]) => ({
    status,
    response: nodeOf(response),
    media: mediaIn(response, [...at, "responses", status])
  }))

/** A parameter, or the one that a reference means. */
const parameterOf = (node: Node): Node =>
  typeof node.$ref === "string"
    ? nodeOf(nodeOf(nodeOf(document.components).parameters)[node.$ref.slice("#/components/parameters/".length)])
    : node

const mediaOf = (operation: Operation): ReadonlyArray<Media> => [
  ...mediaIn(operation.node.requestBody, [...operation.at, "requestBody"]),
  ...responsesOf(operation).flatMap(({ media }) => media)
]

const examplesOf = ({ node }: Media): ReadonlyArray<unknown> => [
  ...("example" in node ? [node.example] : []),
  ...Object.values(nodeOf(node.examples)).map((example) => nodeOf(example).value)
]

const faults = openApiFaults(document)

const everyNode = (value: unknown): ReadonlyArray<Node> =>
  Array.isArray(value)
    ? value.flatMap(everyNode)
    : isNode(value)
    ? [value, ...Object.values(value).flatMap(everyNode)]
    : []

describe("the OpenAPI document", () => {
  it("is one that a validator of OpenAPI 3.1 takes", async () => {
    const { errors, valid } = await new Validator().validate(JSON.parse(JSON.stringify(document)))
    assert.deepStrictEqual({ errors, valid }, { errors: undefined, valid: true })
  })

  it("has every endpoint, under its own method and path", () => {
    const declared = [...endpointsOf(Api)].map(([id, { method, path }]) =>
      `${id} ${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, "{$1}")}`
    )
    assert.deepStrictEqual(operations.map(({ at, id }) => `${id} ${at[2]} ${at[1]}`).toSorted(), declared.toSorted())
  })

  it("leaves no reference without a schema, and names no schema as a generator would", () => {
    const names = Object.keys(nodeOf(nodeOf(document.components).schemas))
    const referred = everyNode(document).flatMap(({ $ref }) => typeof $ref === "string" ? [$ref] : [])
      .filter((reference) => reference.startsWith("#/components/schemas/"))
      .map((reference) => reference.slice("#/components/schemas/".length))
    assert.deepStrictEqual([...new Set(referred)].filter((name) => !names.includes(name)), [])
    assert.deepStrictEqual(names.filter((name) => !referred.includes(name)), [])
    assert.deepStrictEqual(names.filter((name) => !/^[A-Z][A-Za-z]+$/.test(name) || name.endsWith("Encoded")), [])
  })

  it.each(operations)("$id says what it is for, who may call it and how they sign in", ({ id, node }) => {
    const endpoint = endpointsOf(Api).get(id)
    assert(endpoint !== undefined)
    const access = Context.getOrUndefined(endpoint.annotations, EndpointAccess)
    assert(access !== undefined, `${id} does not declare who may call it`)
    assert.match(textOf(node.summary), /^[A-Z].{5,}/)
    assert.include(textOf(node.description), accessInWords(access))
    assert.deepStrictEqual(node.security, access.who === "anyone" ? [] : [{ bearer: [] }])
    assert.strictEqual(
      "401" in nodeOf(node.responses),
      access.who !== "anyone" || ["auth.login", "auth.refresh", "oidc.takeSession"].includes(id)
    )
  })

  it.each(operations)("$id shows an example of every body, each by its own schema", (operation) => {
    const media = mediaOf(operation)
    assert.isTrue(media.length > 0 || "204" in nodeOf(operation.node.responses))
    for (const body of media) {
      const examples = examplesOf(body)
      const kinds = listOf(nodeOf(body.node.schema).anyOf).length || 1
      assert.lengthOf(examples, kinds, `${body.at.join(" ")} has ${examples.length} examples`)
      for (const example of examples) assert.deepStrictEqual(faults(pointerTo(...body.at, "schema"), example), [])
    }
  })

  it.each(operations)("$id answers with JSON when it went well and with a problem when not", (operation) => {
    for (const { media, response, status } of responsesOf(operation)) {
      if (status === "304") {
        assert.deepStrictEqual(media, [])
        const counted = "429" in nodeOf(operation.node.responses) ? ["RateLimit", "RateLimit-Policy"] : []
        assert.hasAllKeys(nodeOf(response.headers), ["X-Request-Id", "ETag", ...counted])
        continue
      }
      const leads = ["302", "303"].includes(status)
      const type = status < "400" ? "application/json" : "application/problem+json"
      assert.deepStrictEqual(media.map(({ type }) => type), status === "204" || leads ? [] : [type])
      assert.include(Object.keys(nodeOf(response.headers)), "X-Request-Id")
      assert.strictEqual("Location" in nodeOf(response.headers), status === "201" || leads)
      assert.strictEqual("WWW-Authenticate" in nodeOf(response.headers), status === "401")
      const canBeInProgress = status === "409" && operation.at[2] === "post"
      const sayWhenToCome = ["429", "503"].includes(status) || canBeInProgress
      assert.strictEqual("Retry-After" in nodeOf(response.headers), sayWhenToCome)
      const isCounted = "429" in nodeOf(operation.node.responses)
      assert.strictEqual("RateLimit" in nodeOf(response.headers), isCounted)
      if (status < "400") continue
      for (const example of media.flatMap(examplesOf)) {
        assert.strictEqual(nodeOf(example).status, Number(status))
        assert.strictEqual(nodeOf(example).type, `/problems/${textOf(nodeOf(example).code)}`)
      }
    }
  })

  it.each(operations)(
    "$id explains each parameter, and every address has one for each of its places",
    ({ at, node }) => {
      const parameters = listOf(node.parameters).filter(isNode).map(parameterOf)
      assert.deepStrictEqual(parameters.filter(({ description }) => typeof description !== "string"), [])
      const places = [...(at[1] ?? "").matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      const inPath = parameters.filter((parameter) => parameter.in === "path")
      assert.deepStrictEqual(inPath.map(({ name }) => name), places)
      for (const [index, parameter] of parameters.entries()) {
        if (parameter.in !== "path") continue
        assert.deepStrictEqual(faults(pointerTo(...at, "parameters", String(index), "schema"), parameter.example), [])
      }
    }
  )
})
