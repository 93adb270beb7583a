import { AccessTokens } from "@opsdesk/capabilities/AccessTokens"
import { Cursors, readPage } from "@opsdesk/capabilities/Cursors"
import type { Provider } from "@opsdesk/capabilities/IdentityProvider"
import { IdentityProvider } from "@opsdesk/capabilities/IdentityProvider"
import { Journal } from "@opsdesk/capabilities/Journal"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { bindingOf } from "@opsdesk/kernel/Binding"
import type { PageRequest } from "@opsdesk/kernel/Page"
import type { Redacted } from "effect"
import { Context, DateTime, Effect, Layer, Option } from "effect"
import { SecureRandom } from "effect/crypto"
import { Unauthenticated } from "./AccessProblems.ts"
import { AccessStore } from "./AccessStore.ts"
import type { Actor } from "./Actor.ts"
import { CurrentActor, cutDown, permit } from "./Actor.ts"
import { ApiTokenDesk, isApiToken } from "./ApiTokenDesk.ts"
import { OidcPeople } from "./OidcPeople.ts"
import type { Grant } from "./Permission.ts"
import { permissionNames, permissions } from "./Permission.ts"
import { permissionsChanged } from "./permissionsChanged.ts"
import { Rights } from "./Rights.ts"
import { builtInRoles } from "./Role.ts"

const isSame = (a: Grant, b: Grant) => a.permission === b.permission && a.scope === b.scope

/** Who somebody is, and what can be granted. */
export class AccessDesk extends Context.Service<AccessDesk>()("@opsdesk/access/AccessDesk", {
  make: Effect.gen(function*() {
    const { atomic, reading } = yield* Transaction
    const store = yield* AccessStore
    const tokens = yield* AccessTokens
    const apiTokens = yield* ApiTokenDesk
    const cursors = yield* Cursors
    const random = yield* SecureRandom.SecureRandom
    const rights = yield* Rights
    const provider = yield* IdentityProvider
    const people = yield* OidcPeople
    const journal = yield* Journal

    /**
     * The actor whom an access token of the provider speaks for: in no session, as the desk has opened none. They are cut
     * down to the roles that this token names: what the account has besides has come with another.
     */
    const comeFromProvider = Effect.fnUntraced(function*({ verify }: Provider, token: Redacted.Redacted<string>) {
      const vouched = yield* verify(token)
      if (Option.isNone(vouched)) return Option.none<Actor>()
      const { active, saidGrants, userId } = yield* people.userOf(vouched.value)
      const found = active ? yield* rights.actor(userId, null) : Option.none<Actor>()
      return Option.map(
        found,
        (actor) => saidGrants === null ? actor : { ...actor, grants: cutDown(actor.grants, saidGrants) }
      )
    })

    /** The owner of an API token, cut down to what the token is for. */
    const machine = Effect.fnUntraced(function*(credential: Redacted.Redacted<string>) {
      const verified = yield* apiTokens.verify(credential)
      if (Option.isNone(verified)) return yield* new Unauthenticated()
      const { id, scopes, userId } = verified.value
      const owner = yield* rights.actor(userId, null)
      if (Option.isNone(owner)) return yield* new Unauthenticated()
      yield* apiTokens.used(verified.value)
      return { ...owner.value, grants: cutDown(owner.value.grants, scopes), apiTokenId: id }
    })

    /** The actor whom an access token speaks for, in a session that is still open: a token grants nothing itself. */
    const authenticate = Effect.fnUntraced(function*(token: Redacted.Redacted<string>) {
      if (isApiToken(token)) return yield* machine(token)
      if (Option.isSome(provider) && provider.value.isNamedBy(token)) {
        const foreign = yield* comeFromProvider(provider.value, token)
        return Option.isSome(foreign) ? foreign.value : yield* new Unauthenticated()
      }
      const verified = yield* tokens.verify(token)
      if (Option.isNone(verified)) return yield* new Unauthenticated()
      const found = yield* rights.actor(verified.value.userId, verified.value.sessionId)
      return Option.isSome(found) ? found.value : yield* new Unauthenticated()
    })

    const roles = Effect.fn("AccessDesk.roles")(function*(request: PageRequest) {
      const reader = yield* CurrentActor
      yield* permit(reader, "user:read")
      return yield* readPage(cursors, {
        request,
        binding: bindingOf("roles", reader.userId, {}),
        read: (after, rows) => store.roles(after === null ? null : String(after[0]), rows),
        positionOf: (role) => [role.name],
        count: store.countRoles
      })
    }, reading)

    const allPermissions = Effect.fn("AccessDesk.permissions")(function*(request: PageRequest) {
      const reader = yield* CurrentActor
      yield* permit(reader, "user:read")
      const names = [...permissionNames].sort()
      return yield* readPage(cursors, {
        request,
        binding: bindingOf("permissions", reader.userId, {}),
        read: (after, rows) =>
          Effect.succeed(
            names.filter((name) => after === null || name > String(after[0])).slice(0, rows)
              .map((name) => ({ name, description: permissions[name] }))
          ),
        positionOf: ({ name }) => [name],
        count: Effect.succeed(names.length)
      })
    })

    /**
     * Makes sure that the built-in roles are there. A permission that is new with this version is granted to the built-in
     * roles that have it, on record; one that was there before is left as the desk's admins have arranged it.
     */
    const ensureBuiltInRoles = Effect.fn("AccessDesk.ensureBuiltInRoles")(function*() {
      const at = yield* DateTime.now
      const fresh = new Set(
        (yield* store.insertPermissions(
          permissionNames.map((name) => ({ name, description: permissions[name] }))
        )).map(({ name }) => name)
      )
      for (const { name, permissions: grants } of builtInRoles) {
        const isNew = yield* store.insertRole(yield* random.uuidV7(), name, at)
        const given = yield* store.insertGrants(name, grants.filter(({ permission }) => fresh.has(permission)))
        if (given.length === 0 || isNew) continue
        const { id, permissions: all } = yield* store.touch(name)
        const had = all.filter((grant) => !given.some((added) => isSame(added, grant)))
        yield* journal.record(permissionsChanged({ at, actorId: null, id, from: had, to: all }))
      }
      // Last, as for all who change rights: roles first, then the epoch.
      if (fresh.size > 0) yield* rights.changed
    }, atomic)

    return { authenticate, ensureBuiltInRoles, roles, permissions: allPermissions }
  })
}) {
  static readonly layer = Layer.effect(AccessDesk, AccessDesk.make).pipe(
    Layer.provide([AccessStore.layer, ApiTokenDesk.layer, Rights.layer, OidcPeople.layer])
  )
}
