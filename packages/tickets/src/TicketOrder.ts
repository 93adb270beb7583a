import type { Position } from "@opsdesk/capabilities/Cursors"
import { DateTime } from "effect"
import type { TicketSummary } from "./Ticket.ts"
import type { SortField, SortKey } from "./TicketFilter.ts"

export interface OrderKey {
  readonly field: SortField | "id"
  readonly descending: boolean
}

/**
 * The total order that a sort means. Nothing follows the number, which is unique; priority alone goes by age within
 * itself; the id settles the rest. Each added key goes the way of the one before it, so that one index serves both ways.
 */
export const orderOf = (sort: ReadonlyArray<SortKey>): ReadonlyArray<OrderKey> => {
  const byNumber = sort.findIndex(({ field }) => field === "number")
  if (byNumber >= 0) return sort.slice(0, byNumber + 1)
  const descending = sort.at(-1)?.descending ?? false
  const aged: ReadonlyArray<SortKey> = sort.length === 1 && sort[0]?.field === "priority"
    ? [...sort, { field: "createdAt", descending }]
    : sort
  return [...aged, { field: "id", descending }]
}

/** Where a row stands in an order. */
export const positionIn = (order: ReadonlyArray<OrderKey>) => (row: TicketSummary): Position =>
  order.map(({ field }) => {
    switch (field) {
      case "createdAt":
        return DateTime.formatIso(row.createdAt)
      case "updatedAt":
        return DateTime.formatIso(row.updatedAt)
      case "priority":
        return row.priority
      case "number":
        return row.number
      case "id":
        return row.id
    }
  })
