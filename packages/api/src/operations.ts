import type { Access } from "@opsdesk/access/AuthApi"
import { EndpointAccess } from "@opsdesk/access/AuthApi"
import { Context } from "effect"
import type { HttpApiEndpoint } from "effect/http-api"
import type { Node } from "./json.ts"
import { nodeOf, textOf } from "./json.ts"
import { parametersOf } from "./parameters.ts"
import { bodyExample, bodySchema, responsesOf } from "./responses.ts"

const oneOf = (permissions: ReadonlyArray<string>): string => {
  const quoted = permissions.map((name) => `\`${name}\``)
  const last = quoted.at(-1) ?? ""
  return quoted.length < 2 ? last : `${quoted.slice(0, -1).join(", ")} or ${last}, depending on what is asked`
}

/** Who may call an operation, in words. */
export const accessInWords = (access: Access): string => {
  switch (access.who) {
    case "anyone":
      return "Open to everybody."
    case "signed-in":
      return "For everybody who is signed in."
    case "permitted":
      return `Needs ${oneOf(access.permissions)}.`
  }
}

/** An operation with all that its endpoint knows: who may call it, how its parameters read, an example of each body. */
export const describedOperation = (endpoint: HttpApiEndpoint.Top, bare: Node, named: Node): Node => {
  const access = Context.getOrUndefined(endpoint.annotations, EndpointAccess)
  const asked = { endpoint, named, operation: { ...bare, parameters: parametersOf(endpoint, bare, named) } }
  const example = bodyExample(asked)
  const description = [textOf(bare.description), access === undefined ? "" : accessInWords(access)]
  return {
    ...asked.operation,
    description: description.filter((part) => part !== "").join("\n\n"),
    ...(bare.requestBody === undefined ? {} : {
      requestBody: {
        ...nodeOf(bare.requestBody),
        content: { "application/json": { schema: bodySchema(asked), ...(example === undefined ? {} : { example }) } }
      }
    }),
    responses: responsesOf(asked)
  }
}
