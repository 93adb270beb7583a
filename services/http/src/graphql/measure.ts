import type {
  FieldNode,
  FragmentDefinitionNode,
  GraphQLField,
  GraphQLNamedType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionNode,
  SelectionSetNode
} from "graphql"
import { getNamedType, isCompositeType, isInterfaceType, isListType, isNonNullType, isObjectType, Kind } from "graphql"

/** What an operation comes to with its fragments written out. */
export interface Measured {
  readonly depth: number
  readonly fields: number
  readonly aliases: number
  readonly rootFields: number
  readonly directives: number
  readonly pageSize: number
  readonly objects: number
}

export const nothing: Measured = {
  depth: 0,
  fields: 0,
  aliases: 0,
  rootFields: 0,
  directives: 0,
  pageSize: 0,
  objects: 0
}

/** Of a set of selections. What stands in the rows of a connection counts as often as the page may have rows. */
interface Sum extends Measured {
  readonly perRow: number
}

const none: Sum = { ...nothing, perRow: 0 }

/** Far beyond every limit: whatever comes to more is as good as this. */
const beyond = 1e9

const capped = (count: number) => Math.min(count, beyond)

const plus = (a: Sum, b: Sum): Sum => ({
  depth: Math.max(a.depth, b.depth),
  fields: capped(a.fields + b.fields),
  aliases: capped(a.aliases + b.aliases),
  rootFields: capped(a.rootFields + b.rootFields),
  directives: capped(a.directives + b.directives),
  pageSize: Math.max(a.pageSize, b.pageSize),
  objects: capped(a.objects + b.objects),
  perRow: capped(a.perRow + b.perRow)
})

/** A list without pages, such as one's permissions, is taken to hold so many. */
const plainList = 50

const isConnection = (type: GraphQLNamedType) => type.name.endsWith("Connection")

/** Wrappers are not what anybody came for. */
const isWrapper = (type: GraphQLNamedType) => /(?:Connection|Edge|Payload|PageInfo)$/.test(type.name)

const fieldOf = (type: GraphQLNamedType | undefined, name: string) =>
  isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined

const isList = (field: GraphQLField<unknown, unknown>) =>
  isListType(isNonNullType(field.type) ? field.type.ofType : field.type)

/** How many rows a field's page may have: the larger of `first` and `last`, as given, or as they are without. */
const sizeOf = (
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  valueOf: (name: string) => unknown
): number => {
  const sizes = field.args.filter(({ name }) => name === "first" || name === "last").flatMap((arg) => {
    const given = node.arguments?.find(({ name }) => name.value === arg.name)?.value
    if (given === undefined) return []
    const size = given.kind === Kind.INT
      ? Number(given.value)
      : given.kind === Kind.VARIABLE
      ? valueOf(given.name.value)
      : undefined
    // What is no number is refused, or left out, by whoever reads it.
    return typeof size === "number" ? [size] : []
  })
  return sizes.length === 0 ? 20 : Math.max(...sizes)
}

/**
 * Measures an operation. Each fragment is measured once and counts wherever it is spread, so a document takes as long as
 * it is written, whatever it comes to; one that spreads itself has no end.
 */
export const measured = (
  schema: GraphQLSchema,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>
): Measured => {
  const defaults = new Map(
    (operation.variableDefinitions ?? []).map(({ defaultValue, variable }) =>
      [variable.name.value, defaultValue?.kind === Kind.INT ? Number(defaultValue.value) : undefined] as const
    )
  )
  const valueOf = (name: string) => variables[name] ?? defaults.get(name)
  const known = new Map<string, Sum | "open">()

  const ofFragment = (name: string): Sum => {
    const found = known.get(name)
    if (found === "open") return { ...none, depth: beyond }
    if (found !== undefined) return found
    const fragment = fragments.get(name)
    if (fragment === undefined) return none
    known.set(name, "open")
    const sum = ofSet(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value))
    known.set(name, sum)
    return sum
  }

  const ofField = (node: FieldNode, parent: GraphQLNamedType | undefined): Sum => {
    const own = { ...none, fields: 1, rootFields: 1, aliases: node.alias === undefined ? 0 : 1 }
    const name = node.name.value
    const field = fieldOf(parent, name)
    const type = field === undefined ? undefined : getNamedType(field.type)
    const inner = node.selectionSet === undefined ? none : ofSet(node.selectionSet, type)
    if (name === "__schema" || name === "__type") {
      return plus(own, { ...inner, depth: 0, objects: 0, rootFields: 0, perRow: 0 })
    }
    const sum = { ...plus(own, { ...inner, rootFields: 0 }), depth: inner.depth + 1, perRow: 0 }
    if (field === undefined || type === undefined || !isCompositeType(type)) return sum
    if (isConnection(type)) {
      const size = sizeOf(node, field, valueOf)
      return {
        ...sum,
        pageSize: Math.max(sum.pageSize, size),
        objects: capped(inner.objects + Math.max(size, 0) * inner.perRow)
      }
    }
    const each = inner.objects + (isWrapper(type) ? 0 : 1)
    if (parent !== undefined && isConnection(parent) && isList(field)) return { ...sum, objects: 0, perRow: each }
    return { ...sum, objects: capped(isList(field) ? plainList * each : each) }
  }

  const ofSelection = (node: SelectionNode, parent: GraphQLNamedType | undefined): Sum => {
    const said = { ...none, directives: node.directives?.length ?? 0 }
    switch (node.kind) {
      case Kind.FIELD:
        return plus(said, ofField(node, parent))
      case Kind.FRAGMENT_SPREAD:
        return plus(said, ofFragment(node.name.value))
      case Kind.INLINE_FRAGMENT: {
        const type = node.typeCondition === undefined ? parent : schema.getType(node.typeCondition.name.value)
        return plus(said, ofSet(node.selectionSet, type))
      }
    }
  }

  const ofSet = ({ selections }: SelectionSetNode, parent: GraphQLNamedType | undefined): Sum =>
    selections.reduce((sum, node) => plus(sum, ofSelection(node, parent)), none)

  const { perRow: _, ...sum } = ofSet(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined)
  const onVariables = (operation.variableDefinitions ?? []).flatMap(({ directives }) => directives ?? [])
  return {
    ...sum,
    directives: sum.directives + (operation.directives?.length ?? 0) + onVariables.length
  }
}
