/** A canonical text of what a cursor is good for: keys in order, undefined left out. */
export const bindingOf = (list: string, userId: string, query: object): string =>
  JSON.stringify([
    list,
    userId,
    Object.entries(query)
      .filter(([key, value]) => value !== undefined && key !== "cursor" && key !== "limit" && key !== "include")
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
  ])
