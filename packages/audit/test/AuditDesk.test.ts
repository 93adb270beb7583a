import { assert, layer } from "@effect/vitest"
import { Journal } from "@opsdesk/capabilities/Journal"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { RequestContext } from "@opsdesk/kernel/RequestContext"
import { as, userIdOf } from "@opsdesk/testkit/actors"
import type { Person } from "@opsdesk/testkit/people"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { DateTime, Effect, Layer } from "effect"
import { AuditDesk } from "../src/AuditDesk.ts"
import type { AuditFilter } from "../src/AuditStore.ts"

const happened = Effect.fnUntraced(function*(day: number, person: Person, action: string, entityId: string) {
  const journal = yield* Journal
  const { atomic } = yield* Transaction
  yield* atomic(journal.record({
    at: DateTime.makeUnsafe(`2026-03-0${day}T12:00:00.000Z`),
    actorId: userIdOf(person),
    action,
    entity: { type: action.startsWith("team") ? "team" : "ticket", id: entityId },
    before: null,
    after: { day },
    events: []
  })).pipe(Effect.provideService(RequestContext, { requestId: `request-${day}`, traceparent: null, ip: "192.0.2.17" }))
})

const past = Effect.gen(function*() {
  yield* happened(1, "ada", "ticket.created", "t1")
  yield* happened(2, "alex", "team.created", "n1")
  yield* happened(3, "ada", "ticket.assigned", "t1")
  yield* happened(4, "amir", "ticket.created", "t2")
  yield* happened(5, "alex", "team.member_added", "n1")
})

const at = (instant: string) => DateTime.makeUnsafe(instant)

const Desk = AuditDesk.layer.pipe(
  Layer.provideMerge(Layer.effectDiscard(past)),
  Layer.provideMerge(TestStack("peopled"))
)

layer(Desk, { excludeTestServices: true })("the record, for whoever may read it", (it) => {
  const days = (filter: AuditFilter) =>
    Effect.gen(function*() {
      const { list } = yield* AuditDesk
      const { data, page } = yield* list(filter, { limit: 20, include: "total" }).pipe(as("alex"))
      assert.strictEqual(page.total, data.length)
      return data.map(({ after }) => after?.["day"])
    })

  const filters: ReadonlyArray<readonly [string, AuditFilter, ReadonlyArray<number>]> = [
    ["everything, the newest first", {}, [5, 4, 3, 2, 1]],
    ["by kind", { entityType: "team" }, [5, 2]],
    ["by thing", { entityId: "t1" }, [3, 1]],
    ["by actor", { actor: userIdOf("ada") }, [3, 1]],
    ["by action", { action: "ticket.created" }, [4, 1]],
    ["after an instant, which is not part of it", { after: at("2026-03-03T12:00:00.000Z") }, [5, 4]],
    ["before an instant, which is not part of it", { before: at("2026-03-03T12:00:00.000Z") }, [2, 1]],
    ["by several at once", { actor: userIdOf("alex"), before: at("2026-03-04T00:00:00.000Z") }, [2]],
    ["by what never was", { action: "ticket.eaten" }, []]
  ]
  it.effect.each(filters)("%s", ([, filter, expected]) =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* days(filter), [...expected])
    }))

  it.effect("a row says who did what to what, in which request, from where", () =>
    Effect.gen(function*() {
      const { list } = yield* AuditDesk
      const { data } = yield* list({ action: "ticket.assigned" }, { limit: 1 }).pipe(as("alex"))
      assert.deepInclude({ ...data[0] }, {
        at: at("2026-03-03T12:00:00.000Z"),
        actorId: userIdOf("ada"),
        action: "ticket.assigned",
        entityType: "ticket",
        entityId: "t1",
        requestId: "request-3",
        before: null,
        after: { day: 3 },
        ip: "192.0.2.17"
      })
    }))

  it.effect("page by page it is the same record, while it grows", () =>
    Effect.gen(function*() {
      const { list } = yield* AuditDesk
      const seen: Array<unknown> = []
      let cursor: string | undefined
      do {
        const { data, page } = yield* list({}, { limit: 2, cursor }).pipe(as("alex"))
        seen.push(...data.map(({ seq }) => seq))
        cursor = page.nextCursor ?? undefined
        yield* happened(6, "nora", "ticket.created", "t3")
      } while (cursor !== undefined)
      assert.deepStrictEqual(seen, [5, 4, 3, 2, 1])
    }))

  it.effect.each(["ada", "carla"] as const)("%s may not read it", (who) =>
    Effect.gen(function*() {
      const { list } = yield* AuditDesk
      const problem = yield* list({}, { limit: 20 }).pipe(as(who), Effect.flip)
      assert.deepInclude({ ...problem, _tag: problem._tag }, { _tag: "Forbidden", permission: "audit:read" })
    }))
})
