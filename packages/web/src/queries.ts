import { OpsDesk } from "@opsdesk/client/OpsDesk"
import type { HistoryEntry, Message, Priority, Team, Ticket, TicketStatus, User, Watcher } from "@opsdesk/client/things"
import type { QueryClient } from "@tanstack/react-query"
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query"
import { Effect } from "effect"
import { ask } from "./desk.ts"

type Rest = OpsDesk["Service"]["rest"]

const reading = <A, E>(call: (rest: Rest) => Effect.Effect<A, E>, signal: AbortSignal): Promise<A> =>
  ask(Effect.flatMap(OpsDesk, ({ rest }) => call(rest)), signal)

/** What of the tickets somebody wants to see. */
export interface Wanted {
  readonly statuses: ReadonlyArray<TicketStatus>
  readonly whose: "anybody" | "me" | "none"
  readonly priority: Priority | null
  readonly words: string
}

export const keys = {
  me: ["me"],
  people: ["people"],
  teams: ["teams"],
  lists: ["tickets"],
  ticket: (ref: string) => ["ticket", ref],
  messages: (id: string) => ["messages", id],
  history: (id: string) => ["history", id],
  watchers: (id: string) => ["watchers", id]
} as const

export const useMe = () =>
  useQuery({
    queryKey: keys.me,
    queryFn: ({ signal }) => reading(({ users }) => users.me(), signal),
    staleTime: 60_000
  })

const most = 100

/** All of a list that comes in pages. */
const everything = <A, E>(
  page: (cursor: string | undefined) => Effect.Effect<
    { readonly data: ReadonlyArray<A>; readonly page: { readonly nextCursor: string | null } },
    E
  >
): Effect.Effect<ReadonlyArray<A>, E> =>
  Effect.gen(function*() {
    const all: Array<A> = []
    let cursor: string | undefined
    while (true) {
      const { data, page: { nextCursor } } = yield* page(cursor)
      all.push(...data)
      if (nextCursor === null) return all
      cursor = nextCursor
    }
  })

const after = (cursor: string | undefined) => ({ limit: most, ...(cursor === undefined ? {} : { cursor }) })

/** Who works here, by id; only for those who may see people. */
export const usePeople = (enabled: boolean) =>
  useQuery({
    queryKey: keys.people,
    enabled,
    staleTime: 300_000,
    queryFn: ({ signal }) =>
      reading(({ users }) => everything((cursor) => users.listUsers({ query: after(cursor) })), signal),
    select: (people: ReadonlyArray<User>) => new Map<string, User>(people.map((person) => [person.id, person]))
  })

/** Teams, by name; only for those who may see people. */
export const useTeams = (enabled: boolean) =>
  useQuery<ReadonlyArray<Team>>({
    queryKey: keys.teams,
    enabled,
    staleTime: 300_000,
    queryFn: ({ signal }) =>
      reading(({ teams }) => everything((cursor) => teams.listTeams({ query: after(cursor) })), signal)
  })

export const useTickets = (wanted: Wanted) =>
  useInfiniteQuery({
    queryKey: [...keys.lists, wanted],
    initialPageParam: null,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }: { readonly pageParam: string | null; readonly signal: AbortSignal }) =>
      reading(({ tickets }) =>
        tickets.listTickets({
          query: {
            limit: 50,
            include: "total",
            sort: [{ field: "updatedAt", descending: true }],
            ...(pageParam === null ? {} : { cursor: pageParam }),
            ...(wanted.statuses.length === 0 ? {} : { status: wanted.statuses }),
            ...(wanted.whose === "anybody" ? {} : { assignee: wanted.whose }),
            ...(wanted.priority === null ? {} : { priority: [wanted.priority] }),
            ...(wanted.words === "" ? {} : { q: wanted.words })
          }
        }), signal),
    getNextPageParam: ({ page }) => page.nextCursor
  })

/** A ticket as it was read, with the tag of that very version. */
export interface Seen {
  readonly ticket: Ticket
  readonly etag: string
}

export const seenIn = (
  { body, headers }: { readonly body: { readonly data: Ticket }; readonly headers: { readonly etag: string } }
): Seen => ({ ticket: body.data, etag: headers.etag })

/** `ref` is as an address has it: the ticket's number. */
export const useTicket = (ref: number) =>
  useQuery<Seen>({
    queryKey: keys.ticket(String(ref)),
    queryFn: ({ signal }) =>
      ask(
        Effect.flatMap(
          OpsDesk,
          ({ afresh, rest }) => Effect.map(afresh(rest.tickets.getTicket({ params: { id: ref } })), seenIn)
        ),
        signal
      )
  })

/** Who hears of a ticket beside its requester and its assignee. */
export const useWatchers = (id: Ticket["id"]) =>
  useQuery<ReadonlyArray<Watcher>>({
    queryKey: keys.watchers(id),
    queryFn: ({ signal }) =>
      reading(
        ({ watchers }) => everything((cursor) => watchers.listWatchers({ params: { id }, query: after(cursor) })),
        signal
      )
  })

export const useMessages = (id: Ticket["id"]) =>
  useQuery({
    queryKey: keys.messages(id),
    queryFn: ({ signal }) =>
      reading(
        ({ messages }) => everything((cursor) => messages.listMessages({ params: { id }, query: after(cursor) })),
        signal
      )
  })

export const useHistory = (id: Ticket["id"]) =>
  useQuery<ReadonlyArray<HistoryEntry>>({
    queryKey: keys.history(id),
    queryFn: ({ signal }) =>
      reading(
        ({ tickets }) => everything((cursor) => tickets.ticketHistory({ params: { id }, query: after(cursor) })),
        signal
      )
  })

/** A message in its place, unless it is there already. */
export const addMessage = (client: QueryClient, message: Message): void => {
  client.setQueryData<ReadonlyArray<Message>>(
    keys.messages(message.ticketId),
    (known) =>
      known === undefined || known.some(({ id }) => id === message.id)
        ? known
        : [...known, message].toSorted((a, b) => a.seq - b.seq)
  )
}
