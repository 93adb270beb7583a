import type { TicketId } from "@opsdesk/kernel/Ids"
import { Context, Effect, Layer } from "effect"
import { ProjectionStore } from "./ProjectionStore.ts"
import type { Step } from "./TicketFacts.ts"
import { added, followAll } from "./TicketFacts.ts"
import type { TicketNews } from "./TicketNews.ts"
import { VersionStore } from "./VersionStore.ts"

/** What is counted, kept up with what happens. Everything here is a part of somebody's transaction. */
export class Projection extends Context.Service<Projection>()("@opsdesk/reports/Projection", {
  make: Effect.gen(function*() {
    const store = yield* ProjectionStore
    const versions = yield* VersionStore

    const save = Effect.fnUntraced(
      function*(version: number, known: ReadonlySet<TicketId>, steps: ReadonlyArray<Step>) {
        const facts = steps.flatMap((step) => step.facts ?? [])
        const begun = facts.filter(({ ticketId }) => !known.has(ticketId))
        const goneOn = facts.filter(({ ticketId }) => known.has(ticketId))
        const counts = added(steps.flatMap((step) => step.counts))
        const durations = steps.flatMap((step) => step.durations)
        if (begun.length > 0) yield* store.begin(version, begun)
        if (goneOn.length > 0) yield* store.goOn(version, goneOn)
        if (counts.length > 0) yield* store.addCounts(version, counts)
        if (durations.length > 0) yield* store.addDurations(version, durations)
        const days = [...counts, ...durations].map(({ day }) => day).toSorted()
        if (days[0] !== undefined) yield* store.openFrom(version, days[0])
      }
    )

    /**
     * Counts all that has happened to some tickets and is not counted yet: in the order of each ticket, once each, however
     * often it is asked, in a number of statements that does not grow with the tickets.
     */
    const takeIn = Effect.fnUntraced(function*(version: number, tickets: ReadonlyArray<TicketId>) {
      const ids = [...new Set(tickets)]
      if (ids.length === 0) return
      const known = new Map((yield* store.facts(version, ids)).map((facts) => [facts.ticketId, facts]))
      const news = new Map<TicketId, Array<TicketNews>>()
      for (const one of yield* store.news(version, ids)) {
        const before = news.get(one.ticketId)
        if (before === undefined) news.set(one.ticketId, [one])
        else before.push(one)
      }
      const steps = [...news].map(([ticketId, told]) => followAll(known.get(ticketId) ?? null, told))
      yield* save(version, new Set(known.keys()), steps)
    })

    /** As `takeIn`, in the version that is served. Without one there is nothing to keep: who builds the first reads it all. */
    const keepUp = Effect.fn("Projection.keepUp")(function*(tickets: ReadonlyArray<TicketId>) {
      yield* versions.lockShared
      const version = yield* versions.serving
      if (version !== null) yield* takeIn(version, tickets)
    })

    return { takeIn, keepUp }
  })
}) {
  static readonly layer = Layer.effect(Projection, Projection.make).pipe(
    Layer.provide([ProjectionStore.layer, VersionStore.layer])
  )
}
