import type { Page, PageRequest } from "@opsdesk/kernel/Page"
import { countedUpTo } from "@opsdesk/kernel/Page"
import type { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import { ValidationFailed } from "@opsdesk/kernel/Problem"
import { Context, Effect } from "effect"

/** Where a page ended: the values its list is sorted by, the last of them unique. */
export type Position = ReadonlyArray<string | number>

/** Cursors that nobody can make up or carry over to another list: signed, and bound to what they were made for. */
export class Cursors extends Context.Service<Cursors, {
  readonly seal: (binding: string, position: Position) => Effect.Effect<string, DependencyUnavailable>
  /** Null for a cursor that was not sealed with this binding. */
  readonly open: (binding: string, cursor: string) => Effect.Effect<Position | null, DependencyUnavailable>
}>()("@opsdesk/capabilities/Cursors") {}

/**
 * One page of a list. `read` gets the position to go on from (null at the start) and how many rows to read, one more
 * than the page shows: that one tells whether there is a next page.
 */
export const readPage = Effect.fnUntraced(
  function*<Row, E, R, E2 = never, R2 = never>(cursors: Cursors["Service"], options: {
    readonly request: PageRequest
    /** What the cursor is good for: the list, its filter and sort, and who reads. */
    readonly binding: string
    readonly read: (after: Position | null, rows: number) => Effect.Effect<ReadonlyArray<Row>, E, R>
    readonly positionOf: (row: Row) => Position
    /** At most one more than `countedUpTo`. */
    readonly count?: Effect.Effect<number, E2, R2>
  }) {
    const { cursor, include, limit } = options.request
    const after = cursor === undefined ? null : yield* cursors.open(options.binding, cursor)
    if (cursor !== undefined && after === null) {
      return yield* ValidationFailed.parameter("cursor", "is not a cursor of this list, filter, sort and user")
    }
    const rows = yield* options.read(after, limit + 1)
    const data = rows.slice(0, limit)
    const last = data.at(-1)
    const nextCursor = rows.length > limit && last !== undefined
      ? yield* cursors.seal(options.binding, options.positionOf(last))
      : null
    const counted = include === "total" && options.count !== undefined ? yield* options.count : undefined
    const page: Page<Row> = {
      data,
      page: {
        limit,
        nextCursor,
        ...(counted === undefined
          ? {}
          : { total: Math.min(counted, countedUpTo), totalIsExact: counted <= countedUpTo })
      }
    }
    return page
  }
)
