import { AccessTokens } from "@opsdesk/capabilities/AccessTokens"
import { Journal } from "@opsdesk/capabilities/Journal"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { Context, DateTime, Effect, Layer } from "effect"

/** The keys that access tokens are signed with, for the operator at the machine. */
export class KeyDesk extends Context.Service<KeyDesk>()("@opsdesk/access/KeyDesk", {
  make: Effect.gen(function*() {
    const { atomic } = yield* Transaction
    const tokens = yield* AccessTokens
    const journal = yield* Journal

    /** Has tokens signed with a new key: nobody is signed out by it, and it is on the record. */
    const rotate = Effect.fn("KeyDesk.rotate")(function*() {
      const rotation = yield* tokens.rotate
      yield* journal.record({
        at: yield* DateTime.now,
        actorId: null,
        action: "key.rotated",
        entity: { type: "key", id: rotation.id },
        before: null,
        after: {
          usedFrom: DateTime.formatIso(rotation.usedFrom),
          othersGoodUntil: DateTime.formatIso(rotation.othersGoodUntil)
        },
        events: []
      })
      return rotation
    }, atomic)

    return { rotate }
  })
}) {
  static readonly layer = Layer.effect(KeyDesk, KeyDesk.make)
}
