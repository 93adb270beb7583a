/** A page of a list, as Relay has it; what costs something beyond its rows is found out when it is asked for. */
export interface Connection<Row> {
  readonly rows: ReadonlyArray<Row>
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
  /** The cursor at each of some rows. */
  readonly cursorsAt: (rows: ReadonlyArray<Row>) => Promise<ReadonlyArray<string>>
  readonly total: () => Promise<number>
}

/** A connection of whatever rows: enough to say where its page stands. */
export interface AnyConnection {
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
  readonly ends: () => Promise<readonly [string | null, string | null]>
}

export interface Edge<Row> {
  readonly node: Row
  readonly cursor: () => Promise<string>
}

/** The edges of a connection; their cursors are sealed together, once somebody asks for one. */
const edgesOf = <Row>({ cursorsAt, rows }: Connection<Row>): ReadonlyArray<Edge<Row>> => {
  let sealed: Promise<ReadonlyArray<string>> | undefined
  return rows.map((node, at) => ({
    node,
    cursor: async () => {
      sealed ??= cursorsAt(rows)
      const cursor = (await sealed)[at]
      if (cursor === undefined) throw new Error("a row without a cursor")
      return cursor
    }
  }))
}

const pageInfoOf = <Row>({ cursorsAt, hasNextPage, hasPreviousPage, rows }: Connection<Row>): AnyConnection => {
  let sealed: Promise<ReadonlyArray<string>> | undefined
  return {
    hasNextPage,
    hasPreviousPage,
    ends: async () => {
      const first = rows[0]
      const last = rows.at(-1)
      if (first === undefined || last === undefined) return [null, null]
      sealed ??= cursorsAt([first, last])
      const [start = null, end = null] = await sealed
      return [start, end]
    }
  }
}

/** How a connection's fields are resolved, whatever its rows are. */
export const ofConnection = {
  nodes: <Row>({ rows }: Connection<Row>) => rows,
  edges: edgesOf,
  pageInfo: pageInfoOf
}

export const withTotal = { ...ofConnection, totalCount: <Row>({ total }: Connection<Row>) => total() }

export const ofEdge = { cursor: <Row>({ cursor }: Edge<Row>) => cursor() }

export const ofPageInfo = {
  startCursor: async ({ ends }: AnyConnection) => (await ends())[0],
  endCursor: async ({ ends }: AnyConnection) => (await ends())[1]
}
