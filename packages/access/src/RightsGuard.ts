import type { TeamId, UserId } from "@opsdesk/kernel/Ids"
import { Forbidden } from "@opsdesk/kernel/Problem"
import { Context, Effect, Layer } from "effect"
import { LastAdmin, NotWithApiToken } from "./AccessProblems.ts"
import type { Actor } from "./Actor.ts"
import { cutDown, grantsOf, holds, listed } from "./Actor.ts"
import type { Grant, Permission } from "./Permission.ts"
import type { RoleName } from "./Role.ts"
import { RoleStore } from "./RoleStore.ts"

const tooMuch =
  "You do not hold this permission yourself, or not as widely: nobody gives, takes or takes over more than they hold."

/** Refuses what only somebody who has signed in may do. */
export const signedInOnly = (actor: Actor): Effect.Effect<void, NotWithApiToken> =>
  actor.apiTokenId === null ? Effect.void : Effect.fail(new NotWithApiToken())

/** Refuses what goes beyond what somebody holds, and names the first permission that does. */
export const mustHold = (
  held: Actor["grants"],
  grants: ReadonlyArray<Grant>
): Effect.Effect<void, Forbidden> => {
  const beyond = grants.find((grant) => !holds(held, grant))
  return beyond === undefined
    ? Effect.void
    : Effect.fail(new Forbidden({ permission: beyond.permission, detail: tooMuch }))
}

const everywhere = ({ permission }: Grant): Grant => ({ permission, scope: "any" })

/**
 * Stands before every change of who may do what, inside its transaction. Such changes go one by one, and the actor is
 * judged by what they hold at that moment: somebody who is losing a right cannot use it to keep it.
 */
export class RightsGuard extends Context.Service<RightsGuard>()("@opsdesk/access/RightsGuard", {
  make: Effect.gen(function*() {
    const store = yield* RoleStore

    const standing = Effect.fnUntraced(function*(actor: Actor) {
      yield* store.holdAdminRole
      const active = yield* store.isActive(actor.userId)
      const grants = active ? yield* store.grantsOfUser(actor.userId) : []
      return cutDown(grantsOf(grants), listed(actor.grants))
    })

    const check = Effect.fnUntraced(function*<E, R>(
      actor: Actor,
      permission: Permission,
      about: Effect.Effect<ReadonlyArray<Grant>, E, R>
    ) {
      const held = yield* standing(actor)
      if (!holds(held, { permission, scope: "any" })) return yield* new Forbidden({ permission })
      yield* mustHold(held, yield* about)
    }, Effect.asVoid)

    return {
      /** The actor may say that these are granted, or are no more. */
      overGrants: (actor: Actor, permission: Permission, grants: ReadonlyArray<Grant>) =>
        check(actor, permission, Effect.succeed(grants)),
      /** The actor may give these roles to somebody, or take them away. */
      overRoles: (actor: Actor, permission: Permission, names: ReadonlyArray<RoleName>) =>
        check(actor, permission, store.grantsOfRoles(names)),
      /** The actor may close and open somebody's account: it holds no more than their own. */
      overAccount: (actor: Actor, permission: Permission, userId: UserId) =>
        check(actor, permission, store.grantsOfUser(userId)),
      /**
       * The actor may become somebody, as whoever sets a password or an address can: that opens nothing that is closed to
       * them. What the other holds for own tickets or a team's is for other tickets than the actor's.
       */
      overIdentity: (actor: Actor, permission: Permission, userId: UserId) =>
        check(
          actor,
          permission,
          Effect.map(store.grantsOfUser(userId), (grants) => userId === actor.userId ? grants : grants.map(everywhere))
        ),
      /**
       * The actor may bring somebody with these roles into these teams: that opens the teams' tickets to them. Whoever is in
       * those teams may bring others in, up to what they hold there themselves.
       */
      overTeams: (actor: Actor, names: ReadonlyArray<RoleName>, teamIds: ReadonlyArray<TeamId>) =>
        check(
          actor,
          "team:write",
          Effect.map(store.grantsOfRoles(names), (grants) => {
            const inTeams = grants.filter(({ scope }) => scope === "team")
            return teamIds.every((id) => actor.teamIds.has(id)) ? inTeams : inTeams.map(everywhere)
          })
        ),
      /** After a change: refuses it where it would leave the desk to nobody. */
      adminRemains: Effect.flatMap(
        store.someAdmin,
        (remains): Effect.Effect<void, LastAdmin> => remains ? Effect.void : Effect.fail(new LastAdmin())
      )
    }
  })
}) {
  static readonly layer = Layer.effect(RightsGuard, RightsGuard.make).pipe(Layer.provide(RoleStore.layer))
}
