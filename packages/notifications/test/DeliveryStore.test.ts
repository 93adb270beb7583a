import { assert, layer } from "@effect/vitest"
import { MessageDesk } from "@opsdesk/messages/MessageDesk"
import { as } from "@opsdesk/testkit/actors"
import { asOwner } from "@opsdesk/testkit/asOwner"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { TicketDesk } from "@opsdesk/tickets/TicketDesk"
import { DateTime, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { DeliveryStore } from "../src/DeliveryStore.ts"
import { NotificationRules } from "../src/NotificationRules.ts"
import { deliveriesOf, eventsOf, hear, openedByCarla } from "./onDesk.ts"

const Suite = Layer.mergeAll(DeliveryStore.layer, NotificationRules.layer, TicketDesk.layer, MessageDesk.layer).pipe(
  Layer.provideMerge(TestStack("peopled"))
)

const leasesEnd = asOwner(
  SqlClient.SqlClient.use((sql) => sql`update notification_deliveries set lease_until = now() - interval '1 second'`)
)

layer(Suite, { excludeTestServices: true })("who has taken a letter", (it) => {
  it.effect("has it alone until the lease ends, and settles nothing after somebody else took it", () =>
    Effect.gen(function*() {
      const store = yield* DeliveryStore
      const { send } = yield* MessageDesk
      const ticket = yield* openedByCarla()
      yield* send(ticket.id, { body: "Which floor?", visibility: "public" }).pipe(as("ada"))
      yield* hear((yield* eventsOf(ticket)).slice(1))
      const at = DateTime.add(yield* DateTime.now, { seconds: 1 })
      const claim = store.claim("email", at, 10, 60)

      const [slow, ...more] = yield* claim
      assert(slow !== undefined)
      assert.deepStrictEqual(more, [])
      assert.deepStrictEqual(yield* claim, [])
      yield* leasesEnd
      const [quick] = yield* claim
      assert(quick !== undefined)
      assert.deepInclude(quick, { id: slow.id, attempts: 2, fence: slow.fence + 1 })

      const sent = (delivery: typeof slow) => store.settle([{ delivery, state: "sent" }], null, at)
      assert.strictEqual(yield* sent(slow), 0)
      yield* store.postpone(slow, "too slow", DateTime.add(at, { hours: 1 }))
      const email = Effect.map(deliveriesOf(ticket), (all) => all.find(({ channel }) => channel === "email"))
      assert.deepInclude(yield* email, { state: "waiting", error: null })
      assert.deepStrictEqual(yield* claim, [])
      assert.strictEqual(yield* sent(quick), 1)
      assert.strictEqual(yield* store.settle([{ delivery: quick, state: "dead" }], "twice", at), 0)
      assert.deepInclude(yield* email, { state: "sent", attempts: 2, error: null })
    }))
})
