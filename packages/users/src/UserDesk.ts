import type { Actor } from "@opsdesk/access/Actor"
import { CurrentActor, listed, permit } from "@opsdesk/access/Actor"
import { RightsGuard, signedInOnly } from "@opsdesk/access/RightsGuard"
import { Cursors, readPage } from "@opsdesk/capabilities/Cursors"
import { Journal } from "@opsdesk/capabilities/Journal"
import { Passwords } from "@opsdesk/capabilities/Passwords"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { bindingOf } from "@opsdesk/kernel/Binding"
import { UserId } from "@opsdesk/kernel/Ids"
import { countedUpTo } from "@opsdesk/kernel/Page"
import type { PageRequest } from "@opsdesk/kernel/Page"
import { Context, DateTime, Effect, Layer, Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import { makeMustExist } from "./mustExist.ts"
import type { NewUser } from "./User.ts"
import { User } from "./User.ts"
import { recorded, userEvent } from "./UserEvents.ts"
import { UserNotFound } from "./UserProblems.ts"
import type { UserFilter } from "./UserStore.ts"
import { UserStore } from "./UserStore.ts"

/** Accounts: who is here, and who comes. What becomes of an account is `AccountDesk`'s. */
export class UserDesk extends Context.Service<UserDesk>()("@opsdesk/users/UserDesk", {
  make: Effect.gen(function*() {
    const { atomic, reading } = yield* Transaction
    const store = yield* UserStore
    const mustExist = yield* makeMustExist
    const guard = yield* RightsGuard
    const journal = yield* Journal
    const passwords = yield* Passwords
    const cursors = yield* Cursors
    const random = yield* SecureRandom.SecureRandom

    const hashOf = (password: string | undefined) =>
      password === undefined ? Effect.succeed(null) : passwords.hash(Redacted.make(password))

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
      yield* mustExist.roles(input.roles)
      yield* mustExist.teams(input.teamIds)
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

    return { list, get, me, create, createAsOperator }
  })
}) {
  static readonly layer = Layer.effect(UserDesk, UserDesk.make).pipe(
    Layer.provide([UserStore.layer, RightsGuard.layer])
  )
}
