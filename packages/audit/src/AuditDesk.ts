import type { Actor } from "@opsdesk/access/Actor"
import { CurrentActor, permit } from "@opsdesk/access/Actor"
import { Cursors, readPage } from "@opsdesk/capabilities/Cursors"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { bindingOf } from "@opsdesk/kernel/Binding"
import { countedUpTo } from "@opsdesk/kernel/Page"
import type { PageRequest } from "@opsdesk/kernel/Page"
import { Context, Effect, Layer } from "effect"
import type { AuditEvent } from "./AuditEvent.ts"
import type { AuditFilter } from "./AuditStore.ts"
import { AuditStore } from "./AuditStore.ts"

const auditBinding = (actor: Actor, filter: AuditFilter): string => bindingOf("audit-events", actor.userId, filter)

/** The record of who did what, for those who may read it. */
export class AuditDesk extends Context.Service<AuditDesk>()("@opsdesk/audit/AuditDesk", {
  make: Effect.gen(function*() {
    const { reading } = yield* Transaction
    const store = yield* AuditStore
    const cursors = yield* Cursors

    const list = Effect.fn("AuditDesk.list")(function*(filter: AuditFilter, request: PageRequest) {
      const actor = yield* CurrentActor
      yield* permit(actor, "audit:read")
      return yield* readPage(cursors, {
        request,
        binding: auditBinding(actor, filter),
        read: (after, rows) => store.page(filter, after === null ? null : Number(after[0]), rows),
        positionOf: ({ seq }) => [seq],
        count: store.count(filter, countedUpTo + 1)
      })
    }, reading)

    /** How many there are, exact up to 10,000, where it stays. */
    const count = Effect.fn("AuditDesk.count")(function*(filter: AuditFilter) {
      yield* permit(yield* CurrentActor, "audit:read")
      return yield* store.count(filter, countedUpTo)
    }, reading)

    /** Cursors at entries of a list: those that it goes on from. */
    const cursorsAt = Effect.fnUntraced(function*(filter: AuditFilter, rows: ReadonlyArray<AuditEvent>) {
      const binding = auditBinding(yield* CurrentActor, filter)
      return yield* Effect.forEach(rows, ({ seq }) => cursors.seal(binding, [seq]))
    })

    return { list, count, cursorsAt }
  })
}) {
  static readonly layer = Layer.effect(AuditDesk, AuditDesk.make).pipe(Layer.provide(AuditStore.layer))
}
