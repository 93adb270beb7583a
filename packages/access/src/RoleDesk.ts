import { Journal } from "@opsdesk/capabilities/Journal"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import type { EntityTags } from "@opsdesk/kernel/EntityTag"
import { mustMatch } from "@opsdesk/kernel/EntityTag"
import { RoleId } from "@opsdesk/kernel/Ids"
import { Context, DateTime, Effect, Layer } from "effect"
import { SecureRandom } from "effect/crypto"
import { AdminRoleStays, RoleNotFound } from "./AccessProblems.ts"
import { CurrentActor, permit } from "./Actor.ts"
import type { Grant } from "./Permission.ts"
import { permissionsChanged, recorded } from "./permissionsChanged.ts"
import { Rights } from "./Rights.ts"
import { RightsGuard, signedInOnly } from "./RightsGuard.ts"
import type { NewRole, RolePermissions } from "./Role.ts"
import type { VersionedRole } from "./RoleStore.ts"
import { RoleStore } from "./RoleStore.ts"

const textOf = ({ permission, scope }: Grant) => `${permission} ${scope}`

/** In the order in which they are read. */
const ordered = (grants: ReadonlyArray<Grant>): ReadonlyArray<Grant> =>
  grants.toSorted((a, b) => textOf(a) < textOf(b) ? -1 : 1)

/** Roles: what comes with each of them. `ifMatch` names the versions that may be changed, any where it is left out. */
export class RoleDesk extends Context.Service<RoleDesk>()("@opsdesk/access/RoleDesk", {
  make: Effect.gen(function*() {
    const { atomic, reading } = yield* Transaction
    const store = yield* RoleStore
    const guard = yield* RightsGuard
    const rights = yield* Rights
    const journal = yield* Journal
    const random = yield* SecureRandom.SecureRandom

    const get = Effect.fn("RoleDesk.get")(function*(id: RoleId) {
      yield* permit(yield* CurrentActor, "user:read")
      const [role] = yield* store.byId(id)
      return role ?? (yield* new RoleNotFound())
    }, reading)

    const create = Effect.fn("RoleDesk.create")(function*({ name, permissions }: NewRole) {
      const actor = yield* CurrentActor
      yield* permit(actor, "role:write")
      yield* signedInOnly(actor)
      yield* guard.overGrants(actor, "role:write", permissions)
      const at = yield* DateTime.now
      const role: VersionedRole = {
        id: RoleId.make(yield* random.uuidV7()),
        name,
        permissions: ordered(permissions),
        version: 1
      }
      yield* store.insert(role, at)
      yield* store.setGrants(role.id, role.permissions)
      yield* journal.record({
        at,
        actorId: actor.userId,
        action: "role.created",
        entity: { type: "role", id: role.id },
        before: null,
        after: { name, ...recorded(role.permissions) },
        events: []
      })
      return role
    }, atomic)

    const change = Effect.fnUntraced(function*(id: RoleId, wanted: RolePermissions, ifMatch?: EntityTags) {
      const actor = yield* CurrentActor
      yield* permit(actor, "role:write")
      yield* signedInOnly(actor)
      const [role] = yield* store.lock(id)
      if (role === undefined) return yield* new RoleNotFound()
      yield* mustMatch(role, ifMatch)
      const permissions = ordered(wanted.permissions)
      const before = new Set(role.permissions.map(textOf))
      if (permissions.length === before.size && permissions.every((grant) => before.has(textOf(grant)))) return role
      if (role.name === "admin") return yield* new AdminRoleStays()
      yield* guard.overGrants(actor, "role:write", [...role.permissions, ...permissions])
      yield* store.setGrants(id, permissions)
      yield* store.touch(id)
      yield* guard.adminRemains
      yield* rights.changed
      const at = yield* DateTime.now
      yield* journal.record(
        permissionsChanged({ at, actorId: actor.userId, id, from: role.permissions, to: permissions })
      )
      return { ...role, permissions, version: role.version + 1 }
    }, atomic)

    const setPermissions = Effect.fn("RoleDesk.setPermissions")((
      id: RoleId,
      wanted: RolePermissions,
      ifMatch?: EntityTags
    ) => Effect.tap(change(id, wanted, ifMatch), () => rights.forget))

    return { get, create, setPermissions }
  })
}) {
  static readonly layer = Layer.effect(RoleDesk, RoleDesk.make).pipe(
    Layer.provide([RoleStore.layer, Rights.layer, RightsGuard.layer])
  )
}
