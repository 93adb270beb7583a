/** A JSON object, of which nothing else is known. */
export type Node = { readonly [key: string]: unknown }

export const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && !Array.isArray(value)

export const nodeOf = (value: unknown): Node => isNode(value) ? value : {}

export const listOf = (value: unknown): ReadonlyArray<unknown> => Array.isArray(value) ? value : []

export const textOf = (value: unknown): string => typeof value === "string" ? value : ""

/** JSON with every object in it changed, the innermost first. */
export const everywhere = (value: unknown, change: (node: Node) => Node): unknown => {
  if (Array.isArray(value)) return value.map((item) => everywhere(item, change))
  return isNode(value) ? change(mapped(value, (item) => everywhere(item, change))) : value
}

export const mapped = (node: Node, change: (value: unknown, key: string) => unknown): Node =>
  Object.fromEntries(Object.entries(node).map(([key, value]) => [key, change(value, key)]))

export const without = (node: Node, ...keys: ReadonlyArray<string>): Node =>
  Object.fromEntries(Object.entries(node).filter(([key]) => !keys.includes(key)))
