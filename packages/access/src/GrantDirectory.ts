import type { UserId } from "@opsdesk/kernel/Ids"
import { Context, Effect, Layer } from "effect"
import { RoleStore } from "./RoleStore.ts"

/** What other slices may ask about grants, inside their own transaction. */
export class GrantDirectory extends Context.Service<GrantDirectory>()("@opsdesk/access/GrantDirectory", {
  make: Effect.gen(function*() {
    const store = yield* RoleStore
    return {
      /** All that somebody's roles grant, each with its role, by role; whether or not their account is active. */
      of: (userId: UserId) => store.grantsOfUser(userId)
    }
  })
}) {
  static readonly layer = Layer.effect(GrantDirectory, GrantDirectory.make).pipe(Layer.provide(RoleStore.layer))
}
