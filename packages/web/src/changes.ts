import { OpsDesk } from "@opsdesk/client/OpsDesk"
import type { Ticket } from "@opsdesk/client/things"
import type { QueryClient } from "@tanstack/react-query"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { Data, Effect } from "effect"
import { ask } from "./desk.ts"
import type { Seen } from "./queries.ts"
import { keys, seenIn } from "./queries.ts"

type Rest = OpsDesk["Service"]["rest"]

/** What of a ticket can be wished to be another. */
export type Part = "title" | "description" | "priority" | "type" | "teamId" | "status" | "assigneeId"

/** One part of a ticket, and what somebody wants it to be. */
export type Wish = { readonly [P in Part]: { readonly part: P; readonly to: Ticket[P] } }[Part]

/** Somebody else has changed the same part since it was seen: what stands there now is for whoever wanted it otherwise. */
export class Overtaken extends Data.TaggedError("Overtaken")<{ readonly before: Ticket; readonly wish: Wish }> {}

/** How often a change is tried on a ticket that others change at the same time, but elsewhere. */
const tries = 4

const send = Effect.fnUntraced(function*({ tickets }: Rest, id: Ticket["id"], wish: Wish, etag: string) {
  const to = { params: { id }, headers: { "if-match": [etag] } }
  switch (wish.part) {
    case "status":
      return seenIn(yield* tickets.changeTicketStatus({ ...to, payload: { status: wish.to } }))
    case "assigneeId":
      return seenIn(yield* tickets.assignTicket({ ...to, payload: { assigneeId: wish.to } }))
    case "title":
      return seenIn(yield* tickets.editTicket({ ...to, payload: { title: wish.to } }))
    case "description":
      return seenIn(yield* tickets.editTicket({ ...to, payload: { description: wish.to } }))
    case "priority":
      return seenIn(yield* tickets.editTicket({ ...to, payload: { priority: wish.to } }))
    case "type":
      return seenIn(yield* tickets.editTicket({ ...to, payload: { type: wish.to } }))
    case "teamId":
      return seenIn(yield* tickets.editTicket({ ...to, payload: { teamId: wish.to } }))
  }
})

/**
 * Changes the version that was seen, and no other. Where that is not the newest, the newest is read: if the part in
 * question is as it was seen, the change goes to that version; if it is not, somebody else has decided otherwise.
 */
const change = Effect.fnUntraced(function*(seen: Seen, wish: Wish, show: (now: Seen) => void) {
  const { afresh, rest } = yield* OpsDesk
  const { id } = seen.ticket
  let newest = seen
  for (let left = tries;; left--) {
    const done = yield* send(rest, id, wish, newest.etag).pipe(
      Effect.catchTag("PreconditionFailed", (problem) => left === 1 ? Effect.fail(problem) : Effect.succeed(null))
    )
    if (done !== null) return done
    newest = seenIn(yield* afresh(rest.tickets.getTicket({ params: { id } })))
    show(newest)
    const stands = newest.ticket[wish.part]
    if (stands === wish.to) return newest
    if (stands !== seen.ticket[wish.part]) return yield* new Overtaken({ before: seen.ticket, wish })
  }
})

/** Has a ticket shown as an answer tells it, whatever was being read at that moment. */
const showing = (client: QueryClient, { ticket: { id, number } }: Seen) => {
  const queryKey = keys.ticket(String(number))
  return {
    show: (now: Seen) => void client.cancelQueries({ queryKey }).then(() => client.setQueryData(queryKey, now)),
    readAnew: () => {
      void client.invalidateQueries({ queryKey })
      void client.invalidateQueries({ queryKey: keys.history(id) })
    }
  }
}

/** Changes parts of a ticket. `seen` is what somebody had before them as they decided. */
export const useChange = (seen: Seen) => {
  const client = useQueryClient()
  const { readAnew, show } = showing(client, seen)
  return useMutation({
    mutationFn: ({ seen, wish }: { readonly seen: Seen; readonly wish: Wish }) => ask(change(seen, wish, show)),
    onSuccess: (now) => {
      show(now)
      void client.invalidateQueries({ queryKey: keys.history(now.ticket.id) })
    },
    onError: readAnew
  })
}

/** Takes a ticket that nobody has. */
export const useClaim = (seen: Seen) => {
  const client = useQueryClient()
  const { readAnew, show } = showing(client, seen)
  return useMutation({
    mutationFn: () =>
      ask(
        Effect.flatMap(OpsDesk, ({ rest }) => rest.tickets.claimTicket({ params: { id: seen.ticket.id }, headers: {} }))
      ),
    onSuccess: (answer) => show(seenIn(answer)),
    // Somebody was faster: what stands there now says who.
    onError: readAnew
  })
}

export type Change = ReturnType<typeof useChange>
