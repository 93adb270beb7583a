import { AccessDesk } from "@opsdesk/access/AccessDesk"
import type { Actor } from "@opsdesk/access/Actor"
import { CurrentActor } from "@opsdesk/access/Actor"
import { RateLimits } from "@opsdesk/capabilities/RateLimits"
import type { PageRequest } from "@opsdesk/kernel/Page"
import { TicketRef } from "@opsdesk/tickets/Ticket"
import type { SortKey, TicketFilter } from "@opsdesk/tickets/TicketFilter"
import { ticketsQuery } from "@opsdesk/tickets/TicketFilter"
import { Context, Effect, Layer, Option, Redacted, References, Schema } from "effect"
import type { HttpServerRequest } from "effect/http"
import { HttpServerRespondable } from "effect/http"
import { notedActor } from "../middleware/authentication.ts"
import { readWithinLimits } from "../middleware/limits.ts"
import { ifNew } from "../middleware/onlyIfNew.ts"
import { RequestFacts } from "../middleware/RequestFacts.ts"
import { queryFaults } from "../middleware/wellFormed.ts"
import { makeKeptAnswers } from "./keptAnswers.ts"

/** What an address asks for. */
type Asked =
  | { readonly route: "/v1/tickets/:id"; readonly ref: TicketRef }
  | {
    readonly route: "/v1/tickets"
    readonly filter: TicketFilter
    readonly sort: ReadonlyArray<SortKey> | undefined
    readonly page: PageRequest
  }

const list = "/v1/tickets"
const one = `${list}/`

const decodeRef = Schema.decodeUnknownOption(TicketRef)
const decodeQuery = Schema.decodeUnknownOption(Schema.Struct(ticketsQuery), { onExcessProperty: "error" })

const listAsked = (url: string): Asked | undefined => {
  if (queryFaults(url).length > 0) return undefined
  return Option.getOrUndefined(
    Option.map(
      decodeQuery(Object.fromEntries(new URLSearchParams(url.slice(list.length)))),
      ({ cursor, include, limit, sort, ...filter }): Asked => ({
        route: "/v1/tickets",
        filter,
        sort,
        page: { limit, cursor, include }
      })
    )
  )
}

/** What is asked for with an address, or undefined where it is for the router, or wrong. */
const askedWith = (url: string): Asked | undefined => {
  if (url === list || url.startsWith(`${list}?`)) return listAsked(url)
  if (!url.startsWith(one)) return undefined
  return Option.getOrUndefined(
    Option.map(decodeRef(url.slice(one.length)), (ref): Asked => ({ route: "/v1/tickets/:id", ref }))
  )
}

/** Lists that people have open are asked for by the same address again and again; an address alone says what it asks. */
const mostRemembered = 1000
/** A cursor is followed once; an address with one is longer. */
const longestRemembered = 200

const remembering = (read: (url: string) => Asked | undefined) => {
  const known = new Map<string, Asked>()
  return (url: string): Asked | undefined => {
    const before = known.get(url)
    if (before !== undefined) return before
    const asked = read(url)
    if (asked === undefined || asked.route !== "/v1/tickets" || url.length > longestRemembered) return asked
    known.set(url, asked)
    for (const first of known.keys()) {
      if (known.size <= mostRemembered) break
      known.delete(first)
    }
    return asked
  }
}

const bearer = "Bearer "

const as = <A, E, R>(actor: Actor, effect: Effect.Effect<A, E, R | CurrentActor>) =>
  Effect.updateContext(effect, (context: Context.Context<R>): Context.Context<R | CurrentActor> =>
    context.pipe(
      Context.add(CurrentActor, actor),
      Context.add(References.CurrentLogAnnotations, {
        ...Context.get(context, References.CurrentLogAnnotations),
        user_id: actor.userId
      })
    ))

/**
 * Tickets and lists of them, which are most of what a desk is asked for, past the router and the interpreter of the
 * contract: the same answers from the same desks. Whatever is not plainly a good request goes the long way, which knows how
 * to refuse it.
 */
export class TicketReads extends Context.Service<TicketReads>()("@opsdesk/http/TicketReads", {
  make: Effect.gen(function*() {
    const desk = yield* AccessDesk
    const limits = yield* RateLimits
    const kept = yield* makeKeptAnswers
    const askedFor = remembering(askedWith)

    const answer = Effect.fnUntraced(function*(
      request: HttpServerRequest.HttpServerRequest,
      token: Redacted.Redacted<string>,
      asked: Asked
    ) {
      const facts = yield* RequestFacts
      facts.route = asked.route
      if (asked.route === "/v1/tickets/:id" && typeof asked.ref === "string") facts.ticketId = asked.ref
      const actor = yield* desk.authenticate(token)
      notedActor(facts, actor)
      yield* readWithinLimits(limits, actor.userId, asked.route === "/v1/tickets" && asked.filter.q !== undefined)
      const response = asked.route === "/v1/tickets"
        ? yield* as(actor, kept.list(asked.filter, asked.sort, asked.page))
        : yield* as(actor, kept.ticket(asked.ref))
      return ifNew(request, response)
    }, Effect.catch(HttpServerRespondable.toResponse))

    return {
      /** The answer, or undefined for what goes the long way. */
      answerTo: (request: HttpServerRequest.HttpServerRequest) => {
        const { authorization } = request.headers
        if (request.method !== "GET" || authorization?.startsWith(bearer) !== true) return undefined
        const asked = askedFor(request.url)
        const token = authorization.slice(bearer.length)
        if (asked === undefined || token === "" || token.startsWith(" ")) return undefined
        // The router lets go of whoever hangs up, and so does this.
        return Effect.interruptible(answer(request, Redacted.make(token), asked))
      }
    }
  })
}) {
  static readonly layer = Layer.effect(TicketReads, TicketReads.make)
}
