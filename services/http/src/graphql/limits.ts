import type { DocumentNode, FragmentDefinitionNode, GraphQLSchema, OperationDefinitionNode } from "graphql"
import { Kind } from "graphql"
import { measured, nothing } from "./measure.ts"
import type { Measured } from "./measure.ts"

/** What one operation may come to. All of it is known before anything is executed. */
export const limits = {
  /** Bytes of a body. */
  body: 100_000,
  /** Lexical tokens of a document. */
  tokens: 1000,
  /** Fields within each other, those of `__schema` and `__type` left out. */
  depth: 10,
  aliases: 15,
  /** Fields of the operation itself. */
  rootFields: 10,
  directives: 10,
  /** Fields in all, fragments written out wherever they are spread. */
  fields: 1000,
  /** Rows of one page. */
  pageSize: 100,
  /** The most objects that an answer can hold: tickets, messages, people and so on; connections are none. */
  objects: 1000
} as const

export type Limit = keyof typeof limits

export interface Excess {
  readonly limit: Limit
  readonly most: number
  readonly detail: string
}

const words: Partial<Record<Limit, string>> = {
  depth: "nests its fields deeper than",
  aliases: "has more aliases than",
  rootFields: "asks for more fields at its root than",
  directives: "has more directives than",
  fields: "asks for more fields, with its fragments written out, than",
  pageSize: "asks for larger pages than",
  objects: "could be answered with more objects than"
}

export const excess = (limit: Limit, says = words[limit] ?? "is beyond"): Excess => ({
  limit,
  most: limits[limit],
  detail: `The document ${says} ${limits[limit]}.`
})

const measuredBy: ReadonlyArray<Exclude<Limit, "body" | "tokens">> = [
  "depth",
  "fields",
  "aliases",
  "rootFields",
  "directives",
  "pageSize",
  "objects"
]

/** The first limit that an operation of the document is beyond, or null where all are kept. */
export const excessOf = (
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>
): Excess | null => {
  const fragments = new Map<string, FragmentDefinitionNode>()
  const operations: Array<OperationDefinitionNode> = []
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
    if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition)
  }
  let most: Measured = nothing
  for (const operation of operations) {
    const found = measured(schema, fragments, operation, variables)
    most = {
      depth: Math.max(most.depth, found.depth),
      fields: most.fields + found.fields,
      aliases: most.aliases + found.aliases,
      rootFields: Math.max(most.rootFields, found.rootFields),
      directives: most.directives + found.directives,
      pageSize: Math.max(most.pageSize, found.pageSize),
      objects: Math.max(most.objects, found.objects)
    }
  }
  const passed = measuredBy.find((limit) => most[limit] > limits[limit])
  return passed === undefined ? null : excess(passed)
}
