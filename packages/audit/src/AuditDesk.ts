import { CurrentActor, permit } from "@opsdesk/access/Actor"
import { Cursors, readPage } from "@opsdesk/capabilities/Cursors"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { bindingOf } from "@opsdesk/kernel/Binding"
import { countedUpTo } from "@opsdesk/kernel/Page"
import type { PageRequest } from "@opsdesk/kernel/Page"
import { Context, Effect, Layer } from "effect"
import type { AuditFilter } from "./AuditStore.ts"
import { AuditStore } from "./AuditStore.ts"

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
        binding: bindingOf("audit-events", actor.userId, filter),
        read: (after, rows) => store.page(filter, after === null ? null : Number(after[0]), rows),
        positionOf: ({ seq }) => [seq],
        count: store.count(filter, countedUpTo + 1)
      })
    }, reading)

    return { list }
  })
}) {
  static readonly layer = Layer.effect(AuditDesk, AuditDesk.make).pipe(Layer.provide(AuditStore.layer))
}
