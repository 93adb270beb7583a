import { Settings } from "@opsdesk/stack/Settings"
import { Context, Effect, Layer } from "effect"
import type { DocumentNode, GraphQLSchema } from "graphql"
import { GraphQLError, Kind, NoSchemaIntrospectionCustomRule, parse, specifiedRules, validate } from "graphql"
import type { CompiledQuery } from "graphql-jit"
import { excess, excessOf, limits } from "./limits.ts"
import type { Excess } from "./limits.ts"
import { graphSchema } from "./schema.ts"

/** A document as it has been read: what it says, or what is wrong with it. */
export interface Read {
  readonly document: DocumentNode | undefined
  readonly errors: ReadonlyArray<GraphQLError>
  /** The limit that it is beyond with these variables, which say how large pages are; null where all are kept. */
  readonly excess: (variables: Readonly<Record<string, unknown>>) => Excess | null
  /** Compiled for an operation once the same document has come before; undefined until then. */
  readonly compiled: (operationName: string | undefined) => Promise<CompiledQuery | undefined>
}

const mostErrors = 20

/** So many documents are kept, each of so many characters at most: a few megabytes, whatever is sent. */
const mostKept = 500
const longestKept = 10_000

const wrong = (errors: ReadonlyArray<GraphQLError>): Read => ({
  document: undefined,
  errors,
  excess: () => null,
  compiled: () => Promise.resolve(undefined)
})

/** Without variables a document comes to the same each time. */
const hasVariables = ({ definitions }: DocumentNode): boolean =>
  definitions.some((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION && (definition.variableDefinitions ?? []).length > 0
  )

const tooManyTokens = /more tha[nt] \d+ tokens/

/** The document; or what is wrong with it; or that it has more tokens than it may, so that nobody read it to its end. */
const parsed = (source: string): DocumentNode | Read | Excess => {
  try {
    return parse(source, { maxTokens: limits.tokens })
  } catch (cause) {
    if (!(cause instanceof GraphQLError)) throw cause
    return tooManyTokens.test(cause.message) ? excess("tokens", "has more tokens than") : wrong([cause])
  }
}

/**
 * Reads documents, and keeps those that are good. A document that comes again has been checked already and is compiled:
 * clients send the same few, each time with other variables.
 */
export const makeDocuments = (schema: GraphQLSchema, { introspection }: { readonly introspection: boolean }) => {
  const rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule]
  const kept = new Map<string, Read>()

  const compiling = (document: DocumentNode): Read["compiled"] => {
    const known = new Map<string, CompiledQuery | "cannot be">()
    let uses = 0
    return async (operationName = "") => {
      // The first time is the only one for most documents that somebody has typed.
      if (++uses < 2) return undefined
      const before = known.get(operationName)
      if (before !== undefined) return before === "cannot be" ? undefined : before
      // Read once there is something to compile: a desk that nobody asks by GraphQL does without.
      const { compileQuery, isCompiledQuery } = await import("graphql-jit")
      const compiled = compileQuery(schema, document, operationName)
      known.set(operationName, isCompiledQuery(compiled) ? compiled : "cannot be")
      return isCompiledQuery(compiled) ? compiled : undefined
    }
  }

  /** The limits come before the rules of GraphQL, some of which take long for what is large. */
  return (source: string, variables: Readonly<Record<string, unknown>>): Read | Excess => {
    const before = kept.get(source)
    if (before?.document !== undefined) {
      kept.delete(source)
      kept.set(source, before)
      return before.excess(variables) ?? before
    }
    const document = parsed(source)
    if (!("kind" in document)) return document
    const beyond = excessOf(schema, document, variables)
    if (beyond !== null) return beyond
    const errors = validate(schema, document, rules, { maxErrors: mostErrors, hideSuggestions: !introspection })
    if (errors.length > 0) return wrong(errors)
    // It is within the limits as it came.
    const excess: Read["excess"] = hasVariables(document) ? (given) => excessOf(schema, document, given) : () => null
    const read: Read = { document, errors, excess, compiled: compiling(document) }
    if (source.length <= longestKept) {
      kept.set(source, read)
      const [oldest] = kept.keys()
      if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest)
    }
    return read
  }
}

/** The documents of this program, whichever way they come. */
export class GraphDocuments extends Context.Service<GraphDocuments, ReturnType<typeof makeDocuments>>()(
  "@opsdesk/http/GraphDocuments"
) {
  static readonly layer = Layer.effect(
    GraphDocuments,
    Effect.map(Settings, (settings) => makeDocuments(graphSchema, settings))
  )
}
