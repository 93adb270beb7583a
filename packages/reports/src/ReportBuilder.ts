import { Transaction } from "@opsdesk/capabilities/Transaction"
import type { TicketId } from "@opsdesk/kernel/Ids"
import { Array, Context, Data, Effect, Layer } from "effect"
import { DayClosing } from "./DayClosing.ts"
import { Projection } from "./Projection.ts"
import { VersionStore } from "./VersionStore.ts"

/** Tickets taken in by one transaction. */
const chunk = 500
/** How often what has happened meanwhile is caught up with before the last of it is, while nobody counts. */
const rounds = 10

/** Somebody else has begun to build: one at a time is enough, and the last to begin wins. */
export class BuildSuperseded extends Data.TaggedError("BuildSuperseded")<{}> {
  override get message() {
    return "somebody else has begun to build the reports; theirs goes on"
  }
}

/** Builds the projection anew from the record of events, beside the one that is served. */
export class ReportBuilder extends Context.Service<ReportBuilder>()("@opsdesk/reports/ReportBuilder", {
  make: Effect.gen(function*() {
    const { atomic } = yield* Transaction
    const versions = yield* VersionStore
    const projection = yield* Projection
    const closing = yield* DayClosing

    const stillOurs = Effect.fnUntraced(function*(version: number) {
      if (!(yield* versions.hold(version))) return yield* new BuildSuperseded()
    })

    const takeIn = Effect.fnUntraced(function*(version: number, tickets: ReadonlyArray<TicketId>) {
      yield* stillOurs(version)
      yield* projection.takeIn(version, tickets)
    }, atomic)

    /** Every ticket that there is, in the order of ids. Answers how many. */
    const takeInAll = Effect.fnUntraced(function*(version: number) {
      let count = 0
      let after: TicketId | null = null
      while (true) {
        const tickets: ReadonlyArray<TicketId> = yield* versions.ticketsAfter(after, chunk)
        yield* takeIn(version, tickets)
        count += tickets.length
        after = tickets.at(-1) ?? null
        if (tickets.length < chunk) return count
      }
    })

    /** What has happened meanwhile, until little is left. Answers from which transaction on something may still be new. */
    const catchUp = Effect.fnUntraced(function*(version: number, since: string) {
      let from = since
      for (let round = 0; round < rounds; round++) {
        // Before the tickets: what cannot be seen now is of this transaction or a later one.
        const next = yield* versions.horizon
        const tickets = yield* versions.ticketsSince(from)
        for (const some of Array.chunksOf(tickets, chunk)) yield* takeIn(version, some)
        from = next
        if (tickets.length < chunk) return from
      }
      return from
    })

    const closeDays = Effect.fnUntraced(function*(version: number) {
      while ((yield* closeSome(version)).length === closing.atOnce);
    })

    const closeSome = Effect.fnUntraced(function*(version: number) {
      yield* stillOurs(version)
      return yield* closing.closeSome(version)
    }, atomic)

    /** While nobody counts: whatever a consumer has settled is committed, so it is seen here or was before. */
    const changeOver = Effect.fnUntraced(function*(version: number, since: string) {
      yield* versions.lockAlone
      yield* stillOurs(version)
      yield* projection.takeIn(version, yield* versions.ticketsSince(since))
      yield* versions.serve(version)
    }, atomic)

    /** Deletes what nobody reads any more, a bit at a time. */
    const sweep = Effect.fn("ReportBuilder.sweep")(function*() {
      for (const version of yield* versions.retired) {
        while (!(yield* versions.sweep(version)));
      }
    })

    const begin = atomic(Effect.andThen(versions.lockAlone, versions.begin))

    /** Asked again while nobody else can begin. */
    const beginFirst = atomic(Effect.gen(function*() {
      yield* versions.lockAlone
      return (yield* versions.isCaredFor) ? null : yield* versions.begin
    }))

    const build = Effect.fnUntraced(function*(version: number) {
      // Only now: whatever cannot be seen from here on has happened in this transaction or a later one.
      const since = yield* versions.horizon
      const tickets = yield* takeInAll(version)
      const late = yield* catchUp(version, since)
      yield* closeDays(version)
      yield* changeOver(version, late)
      yield* sweep()
      return tickets
    })

    /**
     * Builds anew. Until the end readers see the version before and consumers keep it up; then both change over at once.
     * A build that dies leaves only rows that the next one sweeps. Answers how many tickets there were.
     */
    const rebuild = Effect.fn("ReportBuilder.rebuild")(function*() {
      return yield* build(yield* begin)
    })

    /** Builds the first version, unless there is one or somebody is at it. A desk that is older than its reports needs it. */
    const ensureBuilt = Effect.fn("ReportBuilder.ensureBuilt")(function*() {
      if (yield* versions.isCaredFor) return
      const version = yield* beginFirst
      if (version !== null) yield* Effect.logInfo(`built the reports of ${yield* build(version)} tickets`)
    }, Effect.catchTag("BuildSuperseded", ({ message }) => Effect.logInfo(message)))

    return { rebuild, ensureBuilt, sweep }
  })
}) {
  static readonly layer = Layer.effect(ReportBuilder, ReportBuilder.make).pipe(
    Layer.provide([VersionStore.layer, Projection.layer, DayClosing.layer])
  )
}
