import { assert, describe, it } from "@effect/vitest"
import { as } from "@opsdesk/testkit/actors"
import { aTicket } from "@opsdesk/testkit/aTicket"
import { RecordingJournal } from "@opsdesk/testkit/RecordingJournal"
import { DateTime, Effect, Exit } from "effect"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import type { TicketStatus } from "../src/Ticket.ts"
import { Ticket } from "../src/Ticket.ts"
import { TicketDesk } from "../src/TicketDesk.ts"
import { aShelf } from "./aShelf.ts"

const statuses: ReadonlyArray<TicketStatus> = ["open", "in_progress", "waiting", "resolved", "closed"]

/** The promised table once more, the other way round: whence a status can be reached. */
const whence: Record<TicketStatus, ReadonlyArray<TicketStatus>> = {
  open: ["in_progress", "waiting", "resolved", "closed"],
  in_progress: ["open", "waiting"],
  waiting: ["open", "in_progress"],
  resolved: ["open", "in_progress", "waiting"],
  closed: ["open", "in_progress", "waiting", "resolved"]
}

const someTime = DateTime.makeUnsafe("2026-03-14T12:00:00.000Z")

/** A ticket that stands somewhere, as it may have got there. */
const start = (status: TicketStatus, wasResolved: boolean) =>
  aTicket({
    status,
    resolvedAt: status === "resolved" || (status === "closed" && wasResolved) ? someTime : null,
    closedAt: status === "closed" ? someTime : null
  })

/** The instants that a ticket should carry, from what it went through. */
const stampsAfter = (way: ReadonlyArray<readonly [TicketStatus, DateTime.Utc]>, from: Ticket) =>
  way.reduce<{ resolvedAt: DateTime.Utc | null; closedAt: DateTime.Utc | null }>((stamps, [status, at]) => {
    if (status === "resolved") return { resolvedAt: at, closedAt: null }
    return status === "closed" ? { ...stamps, closedAt: at } : { resolvedAt: null, closedAt: null }
  }, { resolvedAt: from.resolvedAt, closedAt: from.closedAt })

const walk = (from: Ticket, steps: ReadonlyArray<{ readonly to: TicketStatus; readonly after: number }>) => {
  const { Desk, moves, saved, ticket } = aShelf(from)
  return Effect.gen(function*() {
    const desk = yield* TicketDesk
    const { recorded } = yield* RecordingJournal
    const way: Array<readonly [TicketStatus, DateTime.Utc]> = []
    let now = from
    for (const { after, to } of steps) {
      yield* TestClock.adjust(after)
      const exit = yield* Effect.exit(as("alex")(desk.changeStatus(from.id, { status: to })))
      const next = ticket(from.id)
      assert.isDefined(next)
      if (whence[to].includes(now.status)) {
        const at = yield* DateTime.now
        way.push([to, at])
        assert.deepStrictEqual(exit, Exit.succeed(next), `${now.status} → ${to}`)
        assert.deepStrictEqual(
          next,
          new Ticket({
            ...now,
            status: to,
            updatedAt: at,
            version: now.version + 1,
            lastSeq: now.lastSeq + 1,
            ...stampsAfter(way, from)
          })
        )
      } else {
        assert.isTrue(Exit.isFailure(exit), `${now.status} → ${to} should not be`)
        assert.strictEqual(next, now, "a refused move changed the ticket")
      }
      now = next
    }
    return { way: way.map(([to]) => to), moves, saved, entries: yield* recorded }
  }).pipe(Effect.provide(Desk), Effect.provide(TestClock.layer()))
}

describe("a ticket on its way", () => {
  it("follows the table from anywhere, whatever people try, and every step is on the record", () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...statuses),
        fc.boolean(),
        fc.array(fc.record({ to: fc.constantFrom(...statuses), after: fc.nat(100_000) }), { maxLength: 25 }),
        async (status, wasResolved, steps) => {
          const from = start(status, wasResolved)
          const { entries, moves, saved, way } = await Effect.runPromise(walk(from, steps))
          assert.deepStrictEqual(moves.map(({ to }) => to), way)
          assert.deepStrictEqual(saved.map(({ lastSeq }) => lastSeq), way.map((_, at) => from.lastSeq + at + 1))
          assert.deepStrictEqual(
            entries.flatMap(({ events }) => events.map(({ payload, seq }) => [seq, payload["from"], payload["to"]])),
            moves.map(({ from, seq, to }) => [seq, from, to])
          )
        }
      ),
      { numRuns: 200 }
    ))
})
