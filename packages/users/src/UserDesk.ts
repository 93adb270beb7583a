import type { Actor } from "@opsdesk/access/Actor"
import { CurrentActor, listed, permit } from "@opsdesk/access/Actor"
import { ApiTokenDesk } from "@opsdesk/access/ApiTokenDesk"
import { Rights } from "@opsdesk/access/Rights"
import { RightsGuard, signedInOnly } from "@opsdesk/access/RightsGuard"
import { SessionDesk } from "@opsdesk/access/SessionDesk"
import { Cursors, readPage } from "@opsdesk/capabilities/Cursors"
import { Journal } from "@opsdesk/capabilities/Journal"
import { Passwords } from "@opsdesk/capabilities/Passwords"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { bindingOf } from "@opsdesk/kernel/Binding"
import type { EntityTags } from "@opsdesk/kernel/EntityTag"
import { mustMatch } from "@opsdesk/kernel/EntityTag"
import type { TeamId } from "@opsdesk/kernel/Ids"
import { UserId } from "@opsdesk/kernel/Ids"
import { countedUpTo } from "@opsdesk/kernel/Page"
import type { PageRequest } from "@opsdesk/kernel/Page"
import type { Fault } from "@opsdesk/kernel/Problem"
import { ValidationFailed } from "@opsdesk/kernel/Problem"
import type { Schema } from "effect"
import { Context, DateTime, Effect, Layer, Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import type { NewUser, RolesOfUser, UserChanges } from "./User.ts"
import { User } from "./User.ts"
import { userEvent } from "./UserEvents.ts"
import { UserNotFound } from "./UserProblems.ts"
import type { UserFilter } from "./UserStore.ts"
import { UserStore } from "./UserStore.ts"

/** What of an account goes into the record: everything but secrets. */
const recorded = ({ active, email, name, roles, teamIds }: User): { readonly [key: string]: Schema.Json } => ({
  email,
  name,
  active,
  roles: [...roles],
  teamIds: [...teamIds]
})

const sameSet = (a: ReadonlyArray<string>, b: ReadonlyArray<string>) =>
  a.length === b.length && a.every((item) => b.includes(item))

/**
 * Accounts: who is here, and which roles they have. `ifMatch` names the versions that a change may be made to, any where
 * it is left out.
 */
export class UserDesk extends Context.Service<UserDesk>()("@opsdesk/users/UserDesk", {
  make: Effect.gen(function*() {
    const { atomic, reading } = yield* Transaction
    const store = yield* UserStore
    const guard = yield* RightsGuard
    const journal = yield* Journal
    const passwords = yield* Passwords
    const cursors = yield* Cursors
    const random = yield* SecureRandom.SecureRandom
    const sessions = yield* SessionDesk
    const apiTokens = yield* ApiTokenDesk
    const rights = yield* Rights

    const hashOf = (password: string | undefined) =>
      password === undefined ? Effect.succeed(null) : passwords.hash(Redacted.make(password))

    const rolesMustExist = Effect.fnUntraced(function*(roles: ReadonlyArray<string>) {
      const known = new Set((yield* store.knownRoles(roles)).map(({ name }) => name))
      const errors = roles.flatMap((role, at): ReadonlyArray<Fault> =>
        known.has(role) ? [] : [{ pointer: `/roles/${at}`, detail: "is not the name of a role" }]
      )
      if (errors.length > 0) return yield* new ValidationFailed({ errors })
    })

    const teamsMustExist = Effect.fnUntraced(function*(teamIds: ReadonlyArray<TeamId>) {
      const known = new Set((yield* store.knownTeams(teamIds)).map(({ id }) => id))
      const errors = teamIds.flatMap((id, at): ReadonlyArray<Fault> =>
        known.has(id) ? [] : [{ pointer: `/teamIds/${at}`, detail: "is not the id of a team" }]
      )
      if (errors.length > 0) return yield* new ValidationFailed({ errors })
    })

    const lock = Effect.fnUntraced(function*(id: UserId) {
      const [user] = yield* store.lock(id)
      return user ?? (yield* new UserNotFound())
    })

    const list = Effect.fn("UserDesk.list")(function*(filter: UserFilter, request: PageRequest) {
      const actor = yield* CurrentActor
      yield* permit(actor, "user:read")
      return yield* readPage(cursors, {
        request,
        binding: bindingOf("users", actor.userId, filter),
        read: (after, rows) =>
          store.page(filter, after === null ? null : { name: String(after[0]), id: String(after[1]) }, rows),
        positionOf: (user) => [user.name, user.id],
        count: store.count(filter, countedUpTo + 1)
      })
    }, reading)

    const get = Effect.fn("UserDesk.get")(function*(id: UserId) {
      yield* permit(yield* CurrentActor, "user:read")
      const [user] = yield* store.byId(id)
      return user ?? (yield* new UserNotFound())
    }, reading)

    const me = Effect.fn("UserDesk.me")(function*() {
      const actor = yield* CurrentActor
      const [user] = yield* store.byId(actor.userId)
      if (user === undefined) return yield* Effect.die(new Error("an actor without an account"))
      return { user, permissions: listed(actor.grants) }
    }, reading)

    const insert = Effect.fnUntraced(function*(actor: Actor | null, input: NewUser, passwordHash: string | null) {
      yield* rolesMustExist(input.roles)
      yield* teamsMustExist(input.teamIds)
      if (actor !== null) {
        yield* guard.overRoles(actor, "user:write", input.roles)
        if (input.teamIds.length > 0) yield* guard.overTeams(actor, input.roles, input.teamIds)
      }
      const at = yield* DateTime.now
      const user = new User({
        id: UserId.make(yield* random.uuidV7()),
        email: input.email,
        name: input.name,
        active: true,
        roles: [...input.roles].sort(),
        teamIds: [...input.teamIds].sort(),
        version: 1,
        createdAt: at,
        updatedAt: at
      })
      yield* store.insert(user, passwordHash)
      yield* store.setRoles(user.id, user.roles)
      yield* store.setTeams(user.id, user.teamIds)
      yield* journal.record({
        at,
        actorId: actor?.userId ?? null,
        action: "user.created",
        entity: { type: "user", id: user.id },
        before: null,
        after: recorded(user),
        events: [userEvent("user.created", { userId: user.id, ...recorded(user) })]
      })
      return user
    }, atomic)

    const create = Effect.fn("UserDesk.create")(function*(input: NewUser) {
      const actor = yield* CurrentActor
      yield* permit(actor, "user:write")
      if (input.password !== undefined) yield* signedInOnly(actor)
      return yield* insert(actor, input, yield* hashOf(input.password))
    })

    /** For the operator at the machine, who needs no account to make one. */
    const createAsOperator = Effect.fn("UserDesk.createAsOperator")(function*(input: NewUser) {
      return yield* insert(null, input, yield* hashOf(input.password))
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
      if (changes.teamIds !== undefined) yield* teamsMustExist(changes.teamIds)
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

    const update = Effect.fn("UserDesk.update")(function*(id: UserId, changes: UserChanges, ifMatch?: EntityTags) {
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
      yield* rolesMustExist(roles)
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

    const setRoles = Effect.fn("UserDesk.setRoles")((id: UserId, roles: RolesOfUser, ifMatch?: EntityTags) =>
      Effect.tap(changeRoles(id, roles, ifMatch), () => rights.forget)
    )

    return { list, get, me, create, createAsOperator, update, setRoles }
  })
}) {
  static readonly layer = Layer.effect(UserDesk, UserDesk.make).pipe(
    Layer.provide([UserStore.layer, SessionDesk.layer, ApiTokenDesk.layer, Rights.layer, RightsGuard.layer])
  )
}
