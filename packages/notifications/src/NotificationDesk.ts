import { CurrentActor } from "@opsdesk/access/Actor"
import { Cursors, readPage } from "@opsdesk/capabilities/Cursors"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { bindingOf } from "@opsdesk/kernel/Binding"
import type { NotificationId } from "@opsdesk/kernel/Ids"
import type { PageRequest } from "@opsdesk/kernel/Page"
import { countedUpTo } from "@opsdesk/kernel/Page"
import { Context, DateTime, Effect, Layer } from "effect"
import { NotificationNotFound } from "./NotificationProblems.ts"
import { NotificationStore } from "./NotificationStore.ts"

export interface NotificationFilter {
  readonly read?: boolean
}

/**
 * What somebody was told, for themselves alone. That they have read it is a note of their own: nobody else hears of it,
 * and it is not on the record.
 */
export class NotificationDesk extends Context.Service<NotificationDesk>()("@opsdesk/notifications/NotificationDesk", {
  make: Effect.gen(function*() {
    const { atomic, reading } = yield* Transaction
    const store = yield* NotificationStore
    const cursors = yield* Cursors

    const list = Effect.fn("NotificationDesk.list")(function*(filter: NotificationFilter, request: PageRequest) {
      const { userId } = yield* CurrentActor
      return yield* readPage(cursors, {
        request,
        binding: bindingOf("notifications", userId, filter),
        read: (after, rows) => store.page(userId, filter.read, after === null ? null : String(after[0]), rows),
        positionOf: ({ id }) => [id],
        count: store.count(userId, filter.read, countedUpTo + 1)
      })
    }, reading)

    const read = Effect.fn("NotificationDesk.read")(function*(id: NotificationId) {
      const { userId } = yield* CurrentActor
      const [notification] = yield* store.read(userId, id, yield* DateTime.now)
      return notification ?? (yield* new NotificationNotFound())
    }, atomic)

    return { list, read }
  })
}) {
  static readonly layer = Layer.effect(NotificationDesk, NotificationDesk.make).pipe(
    Layer.provide(NotificationStore.layer)
  )
}
