import type { RateLimits } from "@opsdesk/capabilities/RateLimits"
import type { UserId } from "@opsdesk/kernel/Ids"
import { Effect } from "effect"
import type { DocumentNode, OperationDefinitionNode, SelectionSetNode } from "graphql"
import { Kind } from "graphql"

/** The fields of an operation itself, wherever they are written. */
export const rootFieldsOf = (
  { selections }: SelectionSetNode,
  document: DocumentNode,
  seen: ReadonlySet<string> = new Set()
): number =>
  selections.reduce((count, node) => {
    if (node.kind === Kind.FIELD) return count + 1
    if (node.kind === Kind.INLINE_FRAGMENT) return count + rootFieldsOf(node.selectionSet, document, seen)
    const name = node.name.value
    const fragment = document.definitions.find((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === name
    )
    return seen.has(name) || fragment?.kind !== Kind.FRAGMENT_DEFINITION
      ? count
      : count + rootFieldsOf(fragment.selectionSet, document, new Set([...seen, name]))
  }, 0)

/**
 * Takes what an operation costs of what its user may: each field of a mutation is a write, each field of a query a read,
 * as each would be a request of the REST interface. The first read has been taken when the request came; searches are
 * counted where they are made.
 */
export const chargesOf = Effect.fnUntraced(function*(
  limits: RateLimits["Service"],
  userId: UserId,
  operation: OperationDefinitionNode | undefined,
  document: DocumentNode | undefined
) {
  if (operation === undefined || document === undefined) return
  const fields = rootFieldsOf(operation.selectionSet, document)
  const [policy, times] = operation.operation === "mutation"
    ? ["writes" as const, fields]
    : ["reads" as const, fields - 1]
  for (let at = 0; at < times; at++) yield* limits.spend(policy, userId)
})
