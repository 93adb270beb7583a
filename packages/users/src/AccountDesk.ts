import type { Actor } from "@opsdesk/access/Actor"
import { CurrentActor, permit } from "@opsdesk/access/Actor"
import { ApiTokenDesk } from "@opsdesk/access/ApiTokenDesk"
import { Rights } from "@opsdesk/access/Rights"
import { RightsGuard, signedInOnly } from "@opsdesk/access/RightsGuard"
import { SessionDesk } from "@opsdesk/access/SessionDesk"
import { Journal } from "@opsdesk/capabilities/Journal"
import { Passwords } from "@opsdesk/capabilities/Passwords"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import type { EntityTags } from "@opsdesk/kernel/EntityTag"
import { mustMatch } from "@opsdesk/kernel/EntityTag"
import type { UserId } from "@opsdesk/kernel/Ids"
import { Context, DateTime, Effect, Layer, Redacted } from "effect"
import { makeMustExist } from "./mustExist.ts"
import type { RolesOfUser, UserChanges } from "./User.ts"
import { User } from "./User.ts"
import { recorded, userEvent } from "./UserEvents.ts"
import { UserNotFound } from "./UserProblems.ts"
import { UserStore } from "./UserStore.ts"

const sameSet = (a: ReadonlyArray<string>, b: ReadonlyArray<string>) =>
  a.length === b.length && a.every((item) => b.includes(item))

/**
 * What becomes of an account: what is changed in it, and which roles it has. `ifMatch` names the versions that a change may
 * be made to, any where it is left out.
 */
export class AccountDesk extends Context.Service<AccountDesk>()("@opsdesk/users/AccountDesk", {
  make: Effect.gen(function*() {
    const { atomic } = yield* Transaction
    const store = yield* UserStore
    const mustExist = yield* makeMustExist
    const guard = yield* RightsGuard
    const journal = yield* Journal
    const passwords = yield* Passwords
    const sessions = yield* SessionDesk
    const apiTokens = yield* ApiTokenDesk
    const rights = yield* Rights

    const hashOf = (password: string | undefined) =>
      password === undefined ? Effect.succeed(null) : passwords.hash(Redacted.make(password))

    const lock = Effect.fnUntraced(function*(id: UserId) {
      const [user] = yield* store.lock(id)
      return user ?? (yield* new UserNotFound())
    })

    const change = Effect.fnUntraced(function*(
      actor: Actor,
      id: UserId,
      changes: UserChanges,
      passwordHash: string | null,
      ifMatch: EntityTags | undefined
    ) {
      const user = yield* lock(id)
      yield* mustMatch(user, ifMatch)
      if (changes.teamIds !== undefined) yield* mustExist.teams(changes.teamIds)
      const at = yield* DateTime.now
      const next = new User({
        ...user,
        name: changes.name ?? user.name,
        email: changes.email ?? user.email,
        active: changes.active ?? user.active,
        teamIds: changes.teamIds === undefined ? user.teamIds : [...changes.teamIds].sort(),
        version: user.version + 1,
        updatedAt: at
      })
      const nothingChanges = passwordHash === null && next.name === user.name && next.email === user.email &&
        next.active === user.active && sameSet(next.teamIds, user.teamIds)
      if (nothingChanges) return user
      if (next.active !== user.active) yield* guard.overAccount(actor, "user:write", id)
      if (passwordHash !== null || next.email !== user.email) yield* guard.overIdentity(actor, "user:write", id)
      const joined = next.teamIds.filter((teamId) => !user.teamIds.includes(teamId))
      const left = user.teamIds.filter((teamId) => !next.teamIds.includes(teamId))
      if (joined.length > 0) yield* guard.overTeams(actor, user.roles, joined)
      else if (left.length > 0) yield* permit(actor, "team:write")
      yield* store.update(next, passwordHash)
      if (user.active && !next.active) yield* guard.adminRemains
      if (!sameSet(next.teamIds, user.teamIds)) {
        yield* store.lockTeams([...user.teamIds, ...next.teamIds])
        yield* store.setTeams(id, next.teamIds)
      }
      // Whoever learnt the old password, or was let in before the account was closed, does not stay.
      if (passwordHash !== null) {
        yield* sessions.endAllOf(id, "password-changed")
        yield* apiTokens.revokeAllOf(id, actor.userId)
      }
      if (next.active !== user.active) yield* sessions.endAllOf(id, "deactivated")
      const mayDoOther = passwordHash !== null || next.active !== user.active || joined.length + left.length > 0
      if (mayDoOther) yield* rights.changed
      yield* journal.record({
        at,
        actorId: actor.userId,
        action: "user.updated",
        entity: { type: "user", id },
        before: recorded(user),
        after: { ...recorded(next), ...(passwordHash === null ? {} : { passwordChanged: true }) },
        events: [userEvent("user.updated", { userId: id, ...recorded(next) })]
      })
      return next
    }, atomic)

    const update = Effect.fn("AccountDesk.update")(function*(id: UserId, changes: UserChanges, ifMatch?: EntityTags) {
      const actor = yield* CurrentActor
      yield* permit(actor, "user:write")
      if (changes.password !== undefined || changes.email !== undefined) yield* signedInOnly(actor)
      // Hashed before the transaction: it takes long, and nobody should wait for the row meanwhile.
      const user = yield* change(actor, id, changes, yield* hashOf(changes.password), ifMatch)
      yield* rights.forget
      return user
    })

    const changeRoles = Effect.fnUntraced(function*(id: UserId, { roles }: RolesOfUser, ifMatch?: EntityTags) {
      const actor = yield* CurrentActor
      yield* permit(actor, "role:write")
      yield* signedInOnly(actor)
      const user = yield* lock(id)
      yield* mustMatch(user, ifMatch)
      yield* mustExist.roles(roles)
      if (sameSet(roles, user.roles)) return user
      const given = roles.filter((role) => !user.roles.includes(role))
      const taken = user.roles.filter((role) => !roles.includes(role))
      yield* guard.overRoles(actor, "role:write", [...given, ...taken])
      const at = yield* DateTime.now
      const next = new User({ ...user, roles: [...roles].sort(), version: user.version + 1, updatedAt: at })
      yield* store.setRoles(id, next.roles)
      yield* store.touch(next)
      yield* guard.adminRemains
      yield* rights.changed
      yield* journal.record({
        at,
        actorId: actor.userId,
        action: "user.roles_changed",
        entity: { type: "user", id },
        before: { roles: [...user.roles] },
        after: { roles: [...next.roles] },
        events: [userEvent("user.roles_changed", { userId: id, from: [...user.roles], to: [...next.roles] })]
      })
      return next
    }, atomic)

    const setRoles = Effect.fn("AccountDesk.setRoles")((id: UserId, roles: RolesOfUser, ifMatch?: EntityTags) =>
      Effect.tap(changeRoles(id, roles, ifMatch), () => rights.forget)
    )

    return { update, setRoles }
  })
}) {
  static readonly layer = Layer.effect(AccountDesk, AccountDesk.make).pipe(
    Layer.provide([UserStore.layer, SessionDesk.layer, ApiTokenDesk.layer, Rights.layer, RightsGuard.layer])
  )
}
