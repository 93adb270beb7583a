import { CurrentActor, permit } from "@opsdesk/access/Actor"
import { GrantDirectory } from "@opsdesk/access/GrantDirectory"
import type { Permission } from "@opsdesk/access/Permission"
import { Rights } from "@opsdesk/access/Rights"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import type { UserId } from "@opsdesk/kernel/Ids"
import { ValidationFailed } from "@opsdesk/kernel/Problem"
import { UserDirectory } from "@opsdesk/users/UserDirectory"
import { Context, Effect, Layer, Option } from "effect"
import { explain } from "./Explanation.ts"
import type { TicketRef } from "./Ticket.ts"
import { TicketDoor } from "./TicketDoor.ts"

export interface AccessQuestion {
  readonly user: UserId
  readonly permission: Permission
  readonly ticket?: TicketRef
}

/** Why somebody may do something, or may not. */
export class ExplainDesk extends Context.Service<ExplainDesk>()("@opsdesk/tickets/ExplainDesk", {
  make: Effect.gen(function*() {
    const { reading } = yield* Transaction
    const rights = yield* Rights
    const grants = yield* GrantDirectory
    const directory = yield* UserDirectory
    const door = yield* TicketDoor

    const answer = Effect.fn("ExplainDesk.answer")(function*({ permission, ticket, user }: AccessQuestion) {
      const asker = yield* CurrentActor
      yield* permit(asker, "role:write")
      if (!(yield* directory.isKnown(user))) {
        return yield* ValidationFailed.parameter("user", "is not the id of a person")
      }
      const found = ticket === undefined ? null : yield* door.find(asker, ticket).pipe(
        Effect.catchTag(
          "TicketNotFound",
          () => Effect.fail(ValidationFailed.parameter("ticket", "is no ticket that you may see"))
        )
      )
      const actor = yield* rights.actorNow(user)
      return explain(Option.getOrNull(actor), yield* grants.of(user), permission, found)
    }, reading)

    return { answer }
  })
}) {
  static readonly layer = Layer.effect(ExplainDesk, ExplainDesk.make).pipe(
    Layer.provide([Rights.layer, GrantDirectory.layer, UserDirectory.layer, TicketDoor.layer])
  )
}
