import { Schema, SchemaAST } from "effect"
import type { HttpApiEndpoint } from "effect/http-api"
import { exampleOf, schemaPath } from "./examples.ts"
import { parametersFor } from "./headers.ts"
import type { Node } from "./json.ts"
import { everywhere, isNode, listOf, nodeOf, textOf, without } from "./json.ts"
import { folded } from "./schemas.ts"

const definitions = "#/$defs/"

/** The query as it is once decoded: there `limit` is a number, where the address has but text. */
const decodedQuery = (query: Schema.Top): Node =>
  nodeOf(everywhere(nodeOf(Schema.toJsonSchemaDocument(Schema.toType(query)).schema.properties), (node) => {
    const name = textOf(node.$ref)
    return folded(
      name.startsWith(definitions) ? { ...node, $ref: schemaPath + name.slice(definitions.length) } : node
    )
  }))

/** What is said of each parameter: it stands with the key, as most of them are shaped by a schema that others use too. */
const descriptionsOf = (parameters: Schema.Top | undefined): ReadonlyMap<string, string> => {
  const keys = parameters !== undefined && SchemaAST.isObjects(parameters.ast) ? parameters.ast.propertySignatures : []
  return new Map(keys.flatMap(({ name, type }) => {
    const description = type.context?.annotations?.description
    return typeof description === "string" ? [[String(name), description]] : []
  }))
}

/** A list in one parameter, parted by commas. */
const isList = (decoded: Node, encoded: Node) =>
  decoded.type === "array" && textOf(encoded.pattern).includes("(,") && nodeOf(decoded.items).type !== "object"

/** A parameter as what it means rather than as the text that it is in the address. */
const readable = (encoded: Node, decoded: Node): Node => {
  if (decoded.type === "integer" || decoded.type === "boolean") return { schema: decoded }
  return isList(decoded, encoded)
    ? { schema: { ...decoded, minItems: 1 }, style: "form", explode: false }
    : { schema: encoded }
}

const describedParameter = (parameter: Node, decoded: Node, description: string | undefined, named: Node): Node => {
  const encoded = nodeOf(parameter.schema)
  const shown = readable(encoded, decoded)
  const schema = nodeOf(shown.schema)
  // Only for addresses: what tries an operation out fills in every example, and a list with all filters is empty.
  const example = parameter.in === "path" ? exampleOf(schema, named) : undefined
  return {
    ...parameter,
    ...shown,
    ...(description === undefined ? {} : { description }),
    ...(example === undefined ? {} : { example }),
    schema: without(schema, "description")
  }
}

/** A header's name as people write it: `If-Match`. */
const spelled = (name: string) => name.replaceAll(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())

export const parametersOf = (endpoint: HttpApiEndpoint.Top, operation: Node, named: Node): ReadonlyArray<Node> => {
  const decoded = endpoint.query === undefined ? {} : decodedQuery(endpoint.query)
  const inQuery = descriptionsOf(endpoint.query)
  const inPath = descriptionsOf(endpoint.params)
  const inHeader = descriptionsOf(endpoint.headers)
  const own = listOf(operation.parameters).filter(isNode).map((parameter) => {
    const name = textOf(parameter.name)
    switch (parameter.in) {
      case "query":
        return describedParameter(parameter, nodeOf(decoded[name]), inQuery.get(name), named)
      case "header":
        return describedParameter({ ...parameter, name: spelled(name) }, {}, inHeader.get(name), named)
      default:
        return describedParameter(parameter, {}, inPath.get(name), named)
    }
  })
  return [...own, ...parametersFor(endpoint)]
}
