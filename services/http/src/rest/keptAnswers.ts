import { CurrentActor } from "@opsdesk/access/Actor"
import type { Kept } from "@opsdesk/capabilities/Cache"
import { Cache } from "@opsdesk/capabilities/Cache"
import { versionTag } from "@opsdesk/kernel/EntityTag"
import type { PageRequest } from "@opsdesk/kernel/Page"
import type { TicketRef } from "@opsdesk/tickets/Ticket"
import { Ticket } from "@opsdesk/tickets/Ticket"
import type { SortKey, TicketFilter } from "@opsdesk/tickets/TicketFilter"
import { TicketQueue } from "@opsdesk/tickets/TicketQueue"
import { isCommon, listKey, listTags, ticketKey, ticketTags } from "@opsdesk/tickets/TicketTags"
import { Effect, Schema } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { tagOf } from "../middleware/onlyIfNew.ts"
import { RequestFacts } from "../middleware/RequestFacts.ts"
import { asItIs, textOf } from "./created.ts"

const utf8 = new TextEncoder()
const lineEnd = 10

/** An answer, its tag, and which ticket it is of, if it is of one. */
interface Answer {
  readonly etag: string
  readonly ticketId: string
  readonly body: Uint8Array
}

/** An answer as it is kept: its tag and its ticket; a line end; its bytes. */
const packed = ({ body, etag, ticketId }: Answer): Uint8Array => {
  const head = utf8.encode(`${etag} ${ticketId}\n`)
  const whole = new Uint8Array(head.length + body.length)
  whole.set(head)
  whole.set(body, head.length)
  return whole
}

const text = new TextDecoder()

const unpacked = (whole: Uint8Array): Answer => {
  const at = whole.indexOf(lineEnd)
  const [etag = "", ticketId = ""] = text.decode(whole.subarray(0, at)).split(" ")
  return { etag, ticketId, body: whole.subarray(at + 1) }
}

const encodeTicket = Schema.encodeEffect(Ticket.json)

/** `no-cache` among the directives of `Cache-Control` (RFC 9111, section 5.2.1.4): the answer is to be made anew. */
const asksForNew = ({ headers }: HttpServerRequest.HttpServerRequest) =>
  /(^|,)\s*no-cache\s*(,|$)/i.test(headers["cache-control"] ?? "")

/** Answers about tickets as bytes that are kept, so that one which is found is written to the socket as it is. */
export const makeKeptAnswers = Effect.gen(function*() {
  const cache = yield* Cache
  const queue = yield* TicketQueue

  const answered = Effect.fnUntraced(function*<E, R>(kept: Kept, load: Effect.Effect<Answer, E, R>) {
    const { body, etag, ticketId } = asksForNew(yield* HttpServerRequest.HttpServerRequest)
      ? yield* load
      : unpacked(yield* cache.getOrLoad(kept, Effect.map(load, packed)))
    if (ticketId !== "") (yield* RequestFacts).ticketId = ticketId
    return HttpServerResponse.uint8Array(body, { contentType: "application/json", headers: { etag } })
  })

  const ticket = Effect.fnUntraced(function*(ref: TicketRef) {
    const key = ticketKey(yield* CurrentActor, ref)
    return yield* answered(
      { cache: "tickets", key, tags: ticketTags(ref) },
      Effect.gen(function*() {
        const found = yield* queue.get(ref)
        const data = yield* Effect.orDie(encodeTicket(found))
        return { etag: versionTag(found.version), ticketId: found.id, body: utf8.encode(JSON.stringify({ data })) }
      })
    )
  })

  /** Only the first page, and no totals: what follows is asked for once. */
  const isKept = (filter: TicketFilter, { cursor, include }: PageRequest) =>
    cursor === undefined && include === undefined && isCommon(filter)

  const list = Effect.fnUntraced(function*(
    filter: TicketFilter,
    sort: ReadonlyArray<SortKey> | undefined,
    request: PageRequest
  ) {
    if (!isKept(filter, request)) return asItIs(yield* queue.list(filter, sort, request))
    const actor = yield* CurrentActor
    return yield* answered(
      { cache: "lists", key: listKey(actor, filter, sort, request.limit), tags: listTags(actor, filter) },
      Effect.map(queue.list(filter, sort, request), (page) => {
        const body = utf8.encode(textOf(page))
        return { etag: tagOf(body), ticketId: "", body }
      })
    )
  })

  return { ticket, list }
})
