import type { Actor } from "@opsdesk/access/Actor"
import { scopesOf } from "@opsdesk/access/Actor"
import type { TicketRef } from "./Ticket.ts"
import type { SortKey, TicketFilter } from "./TicketFilter.ts"
import { newestFirst } from "./TicketFilter.ts"
import type { Whose } from "./TicketPolicy.ts"

/** What of a ticket decides in which lists it may stand. */
export interface Place extends Whose {
  readonly status: string
}

/** Some of what a place has: every ticket that has it too stands there. `none` stands for nobody and for no team. */
interface Cell {
  readonly assignee?: string
  readonly team?: string
  readonly requester?: string
  readonly status?: string
}

const tagOf = ({ assignee = "*", requester = "*", status = "*", team = "*" }: Cell): string =>
  `tickets ${assignee} ${team} ${requester} ${status}`

/** A list that lies in more cells is kept by coarser ones: each of them is asked for with the list. */
const mostCells = 16

/** The cells in which a ticket stands: each of what it has, or not, in every combination. */
const cellsOf = ({ assigneeId, requesterId, status, teamId }: Place): ReadonlyArray<Cell> =>
  Array.from({ length: 16 }, (_, bits) => ({
    ...(bits & 1 ? { assignee: assigneeId ?? "none" } : {}),
    ...(bits & 2 ? { team: teamId ?? "none" } : {}),
    ...(bits & 4 ? { requester: requesterId } : {}),
    ...(bits & 8 ? { status } : {})
  }))

/** What to drop when a ticket has changed: itself, and the lists in which it stood or stands. */
export const touchedTags = (
  ticket: { readonly id: string; readonly number: number },
  places: ReadonlyArray<Place>
): ReadonlyArray<string> => [
  `ticket ${ticket.id}`,
  `ticket ${ticket.number}`,
  ...new Set(places.flatMap(cellsOf).map(tagOf))
]

/** What one ticket, as an address names it, depends on. */
export const ticketTags = (ref: TicketRef): ReadonlyArray<string> => [`ticket ${ref}`]

/** Where everything lies that an actor may see: `TicketPolicy.reaches`, told by cells. */
const visibleCells = (actor: Actor): ReadonlyArray<Cell> => {
  const scopes = scopesOf(actor, "ticket:read")
  if (scopes.has("any")) return [{}]
  const own = scopes.has("own") ? [{ requester: actor.userId }] : []
  const teams = scopes.has("team")
    ? [{ team: "none" }, { assignee: actor.userId }, ...[...actor.teamIds].map((team) => ({ team }))]
    : []
  return [...own, ...teams]
}

/** What lies in both, or nothing where they exclude each other. */
const meet = (one: Cell, other: Cell): ReadonlyArray<Cell> => {
  const agree = (a: string | undefined, b: string | undefined) => a === undefined || b === undefined || a === b
  return agree(one.assignee, other.assignee) && agree(one.team, other.team) && agree(one.requester, other.requester)
    ? [{ ...one, ...other }]
    : []
}

/** Everything that a list depends on: whatever comes into it, goes out of it or changes in it, drops one of these. */
export const listTags = (actor: Actor, filter: TicketFilter): ReadonlyArray<string> => {
  const self = (who: string) => who === "me" ? actor.userId : who
  const asked: Cell = {
    ...(filter.assignee === undefined ? {} : { assignee: self(filter.assignee) }),
    ...(filter.requester === undefined ? {} : { requester: self(filter.requester) }),
    ...(filter.team === undefined ? {} : { team: filter.team })
  }
  const statuses: ReadonlyArray<Cell> = filter.status?.map((status) => ({ status })) ?? [{}]
  const places = visibleCells(actor).flatMap((cell) => meet(cell, asked))
  const finest = places.flatMap((cell) => statuses.map((status) => ({ ...cell, ...status })))
  const cells = [finest, places, [asked]].find(({ length }) => length <= mostCells) ?? [asked]
  return [...new Set(cells.map(tagOf))]
}

/** What decides which tickets an actor sees: whoever has the same sees the same. */
export const sightOf = (actor: Actor): string => {
  const scopes = [...scopesOf(actor, "ticket:read")].toSorted()
  if (scopes.includes("any")) return "any"
  return [actor.userId, ...scopes, ...(scopes.includes("team") ? [...actor.teamIds].toSorted() : [])].join(" ")
}

/**
 * What tells a list from every other: who reads it, as cursors are theirs alone, with all that they may see, and what
 * they ask for. The order in which words were written is not part of it.
 */
export const listKey = (
  actor: Actor,
  filter: TicketFilter,
  sort: ReadonlyArray<SortKey> = newestFirst,
  limit: number
): string => {
  const words = (some: ReadonlyArray<string> | undefined) => [...new Set(some)].toSorted().join(",")
  const asked = [
    words(filter.status),
    words(filter.priority),
    words(filter.type),
    filter.assignee,
    filter.requester,
    filter.team,
    sort.map(({ descending, field }) => `${descending ? "-" : ""}${field}`).join(","),
    limit
  ]
  return `${actor.userId} ${sightOf(actor)} ${asked.map((word) => word ?? "").join(";")}`
}

/** Lists that are asked for again and again: no searches, and nothing before or after an instant. */
export const isCommon = (filter: TicketFilter): boolean =>
  filter.q === undefined && filter.createdAfter === undefined && filter.createdBefore === undefined &&
  filter.updatedAfter === undefined

export const ticketKey = (actor: Actor, ref: TicketRef): string => `${sightOf(actor)} ${ref}`
