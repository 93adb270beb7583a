import type { Vouched } from "@opsdesk/capabilities/IdentityProvider"
import { Journal } from "@opsdesk/capabilities/Journal"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import type { NewEvent } from "@opsdesk/kernel/EventEnvelope"
import { UserId } from "@opsdesk/kernel/Ids"
import type { Schema } from "effect"
import { Context, DateTime, Effect, Layer } from "effect"
import { SecureRandom } from "effect/crypto"
import { leastRole, OidcStore } from "./OidcStore.ts"
import type { Grant } from "./Permission.ts"
import { Rights } from "./Rights.ts"
import { RoleStore } from "./RoleStore.ts"

/** Addresses under this name lead nowhere (RFC 2606): for people who come without one, or with one that is taken. */
const nowhere = "oidc.invalid"

/** An address of the account's own. Nobody can have taken it: its id was made this moment. */
const addressOf = (id: UserId) => `${id}@${nowhere}`

const isOurs = (email: string) => email.toLowerCase().endsWith(`@${nowhere}`)

/** The same events as an account has that an admin made: who listens should not have to know where people come from. */
const userEvent = (
  type: "user.created" | "user.roles_changed",
  payload: { readonly [key: string]: Schema.Json }
): NewEvent => ({ type, ticketId: null, seq: null, audience: "internal", payload })

const longestName = 200

/** As the provider says it, else what there is to tell people apart by. */
const nameOf = ({ email, name, subject }: Vouched) => [...(name ?? email ?? subject)].slice(0, longestName).join("")

const sameNames = (a: ReadonlyArray<string>, b: ReadonlyArray<string>) =>
  a.length === b.length && a.every((name) => b.includes(name))

/** Roles that are said at any time are news to an account of which none were said yet. */
const neverSaid = DateTime.makeUnsafe(0)

/** Whether the provider has said it after what it said before. Of an older token and a newer the newer counts. */
const isNews = ({ at }: Vouched, rolesAt: Date) => DateTime.toEpochMillis(at) > rolesAt.getTime()

/** Somebody whom the provider vouches for, as the desk knows them. */
export interface Known {
  readonly userId: UserId
  readonly active: boolean
  /** What the roles grant that this very token names; null where it says nothing of roles. */
  readonly saidGrants: ReadonlyArray<Grant> | null
}

/** The accounts of people who come from a provider of identities. */
export class OidcPeople extends Context.Service<OidcPeople>()("@opsdesk/access/OidcPeople", {
  make: Effect.gen(function*() {
    const { atomic, reading } = yield* Transaction
    const store = yield* OidcStore
    const { holdAdminRole, someAdmin } = yield* RoleStore
    const journal = yield* Journal
    const rights = yield* Rights
    const random = yield* SecureRandom.SecureRandom

    const rolesOf = Effect.fnUntraced(function*(said: ReadonlyArray<string>) {
      const known = yield* store.knownRoles(said)
      return known.length === 0 ? [leastRole] : known
    })

    /** Makes the account, unless somebody else has just made it. */
    const provision = Effect.fnUntraced(function*(vouched: Vouched) {
      const at = yield* DateTime.now
      const id = UserId.make(yield* random.uuidV7())
      if (!(yield* store.insertIdentity(vouched, id, vouched.roles === null ? neverSaid : vouched.at, at))) {
        return
      }
      const own = addressOf(id)
      const person = { id, at, name: nameOf(vouched) }
      const offered = vouched.email === null || isOurs(vouched.email) ? own : vouched.email
      const isFree = yield* store.insertPerson({ ...person, email: offered })
      const email = isFree ? offered : own
      if (!isFree) yield* store.insertPerson({ ...person, email })
      const roles = yield* rolesOf(vouched.roles ?? [])
      yield* store.setRoles(id, roles)
      const recorded = { email, name: person.name, active: true, roles, teamIds: [] }
      yield* journal.record({
        at,
        actorId: null,
        action: "user.created",
        entity: { type: "user", id },
        before: null,
        after: { ...recorded, oidcIssuer: vouched.issuer, oidcSubject: vouched.subject },
        events: [userEvent("user.created", { userId: id, ...recorded })]
      })
    }, atomic)

    /** Gives the account other roles, or leaves it those it has where nobody could give roles any more after that. */
    const changeRoles = Effect.fnUntraced(function*(
      userId: UserId,
      held: ReadonlyArray<string>,
      roles: ReadonlyArray<string>,
      at: DateTime.Utc
    ) {
      yield* holdAdminRole
      const wasSomeAdmin = yield* someAdmin
      yield* store.setRoles(userId, roles)
      if (wasSomeAdmin && !(yield* someAdmin)) {
        yield* store.setRoles(userId, held)
        return false
      }
      yield* store.touch(userId, at)
      yield* rights.changed
      return true
    })

    /**
     * Gives the account the roles that the provider says, unless it has said something newer meanwhile. The last admin
     * keeps theirs: a provider that is set up wrongly must not leave the desk to nobody.
     */
    const follow = Effect.fnUntraced(function*(vouched: Vouched, said: ReadonlyArray<string>, userId: UserId) {
      const [held] = yield* store.lock(vouched, userId)
      if (held === undefined || !isNews(vouched, held.rolesAt)) return false
      yield* store.rolesSaid(vouched, vouched.at)
      const roles = yield* rolesOf(said)
      if (sameNames(roles, held.roles)) return false
      const at = yield* DateTime.now
      const from = [...held.roles]
      const entry = { at, actorId: null, entity: { type: "user", id: userId }, before: { roles: from } } as const
      if (!(yield* changeRoles(userId, from, roles, at))) {
        yield* Effect.logWarning("the provider takes the roles of the last admin, who keeps them")
        const after = { roles: from, said: roles, reason: "last admin" }
        yield* journal.record({ ...entry, action: "user.roles_kept", after, events: [] })
        return false
      }
      const event = userEvent("user.roles_changed", { userId, from, to: roles })
      yield* journal.record({ ...entry, action: "user.roles_changed", after: { roles }, events: [event] })
      return true
    }, atomic)

    const find = (vouched: Vouched) => reading(store.identity(vouched, vouched.roles ?? []))

    /**
     * The account of somebody whom the provider vouches for: made at first sight, and with the roles that the provider
     * named last. A token that says nothing new costs one statement and no write, and nothing at all changes for an account
     * that is deactivated.
     */
    const userOf = Effect.fn("OidcPeople.userOf")(function*(vouched: Vouched) {
      const [known] = yield* find(vouched)
      if (known === undefined) yield* provision(vouched)
      else if (known.active && vouched.roles !== null && isNews(vouched, known.rolesAt)) {
        if (yield* follow(vouched, vouched.roles, known.userId)) yield* rights.forget
      }
      const [met] = known === undefined ? yield* find(vouched) : [known]
      if (met === undefined) return yield* Effect.die(new Error("an identity is gone that was there"))
      const person: Known = {
        userId: met.userId,
        active: met.active,
        saidGrants: vouched.roles === null ? null : met.saidGrants
      }
      return person
    })

    return { userOf }
  })
}) {
  static readonly layer = Layer.effect(OidcPeople, OidcPeople.make).pipe(
    Layer.provide([OidcStore.layer, RoleStore.layer, Rights.layer])
  )
}
