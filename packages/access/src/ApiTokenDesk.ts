import { Cursors, readPage } from "@opsdesk/capabilities/Cursors"
import { Journal } from "@opsdesk/capabilities/Journal"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { bindingOf } from "@opsdesk/kernel/Binding"
import type { UserId } from "@opsdesk/kernel/Ids"
import { ApiTokenId } from "@opsdesk/kernel/Ids"
import type { PageRequest } from "@opsdesk/kernel/Page"
import { countedUpTo } from "@opsdesk/kernel/Page"
import { ValidationFailed } from "@opsdesk/kernel/Problem"
import { Context, DateTime, Duration, Effect, Layer, Option, Redacted } from "effect"
import { Digest, SecureRandom } from "effect/crypto"
import { Base64Url } from "effect/encoding"
import { ApiTokenNotFound } from "./AccessProblems.ts"
import { CurrentActor } from "./Actor.ts"
import type { NewApiToken } from "./ApiToken.ts"
import { ApiToken } from "./ApiToken.ts"
import type { LiveToken } from "./ApiTokenStore.ts"
import { ApiTokenStore } from "./ApiTokenStore.ts"
import { mustHold, signedInOnly } from "./RightsGuard.ts"

/** What every API token begins with, so that whoever finds one in a log or a repository knows what it is. */
const mark = "opd_"
/** 6 bytes to know a token by, then the secret of 32. */
const knownBy = 6
const secret = 32
const shape = /^opd_[A-Za-z0-9_-]{51}$/u

const lastsFor = Duration.days(90)
const lastsAtMost = Duration.days(365)
/** So long an expired one is still shown, for whoever wonders why their machine stands still. */
const shownAfter = Duration.days(30)
/** So many of somebody's may be there at once. */
const atMost = 100
/** What was used within this time needs not be written down as used. */
const usedWithin = Duration.minutes(1)

const encoder = new TextEncoder()

/** Whether a credential is to be taken for an API token. */
export const isApiToken = (credential: Redacted.Redacted<string>): boolean =>
  Redacted.value(credential).startsWith(mark)

/** Tokens that people make for their machines: they do at most what their owner may do at that moment. */
export class ApiTokenDesk extends Context.Service<ApiTokenDesk>()("@opsdesk/access/ApiTokenDesk", {
  make: Effect.gen(function*() {
    const { atomic, reading } = yield* Transaction
    const store = yield* ApiTokenStore
    const journal = yield* Journal
    const cursors = yield* Cursors
    const random = yield* SecureRandom.SecureRandom
    const digest = yield* Digest.Digest

    const hashOf = (token: string) => Effect.orDie(digest.digest(Digest.sha256, encoder.encode(token)))

    const owner = Effect.gen(function*() {
      const actor = yield* CurrentActor
      yield* signedInOnly(actor)
      return actor
    })

    const list = Effect.fn("ApiTokenDesk.list")(function*(request: PageRequest) {
      const { userId } = yield* owner
      return yield* readPage(cursors, {
        request,
        binding: bindingOf("api-tokens", userId, {}),
        read: (after, rows) => store.page(userId, after === null ? null : String(after[0]), rows),
        positionOf: ({ id }) => [id],
        count: store.count(userId, countedUpTo + 1)
      })
    }, reading)

    const get = Effect.fn("ApiTokenDesk.get")(function*(id: ApiTokenId) {
      const { userId } = yield* owner
      const [token] = yield* store.byId(userId, id)
      return token ?? (yield* new ApiTokenNotFound())
    }, reading)

    const create = Effect.fn("ApiTokenDesk.create")(function*({ expiresAt, name, scopes }: NewApiToken) {
      const actor = yield* owner
      const at = yield* DateTime.now
      const until = expiresAt ?? DateTime.addDuration(at, lastsFor)
      const latest = DateTime.addDuration(at, lastsAtMost)
      if (DateTime.isLessThanOrEqualTo(until, at) || DateTime.isGreaterThan(until, latest)) {
        return yield* ValidationFailed.at("/expiresAt", "must be an instant to come, within 365 days from now")
      }
      yield* mustHold(actor.grants, scopes)
      yield* store.holdOwner(actor.userId)
      yield* store.dropExpired(actor.userId, DateTime.subtractDuration(at, shownAfter))
      if ((yield* store.countLive(actor.userId, at)) >= atMost) {
        return yield* ValidationFailed.at("", `you have ${atMost} API tokens already: revoke one first`)
      }
      const text = mark + Base64Url.encode(yield* random.randomBytes(knownBy + secret))
      const token = new ApiToken({
        id: ApiTokenId.make(yield* random.uuidV7()),
        name,
        scopes: [...scopes],
        prefix: text.slice(0, mark.length + (knownBy * 4) / 3),
        createdAt: at,
        expiresAt: until,
        lastUsedAt: null
      })
      yield* store.insert(actor.userId, token, yield* hashOf(text))
      yield* journal.record({
        at,
        actorId: actor.userId,
        action: "api_token.created",
        entity: { type: "api_token", id: token.id },
        before: null,
        after: {
          name,
          prefix: token.prefix,
          scopes: scopes.map(({ permission, scope }) => ({ permission, scope })),
          expiresAt: DateTime.formatIso(until)
        },
        events: []
      })
      return { ...token, token: text }
    }, atomic)

    const tellRevoked = Effect.fnUntraced(function*(
      actorId: UserId,
      { id, name, prefix }: { readonly id: string; readonly name: string; readonly prefix: string }
    ) {
      yield* journal.record({
        at: yield* DateTime.now,
        actorId,
        action: "api_token.revoked",
        entity: { type: "api_token", id },
        before: { name, prefix },
        after: null,
        events: []
      })
    })

    const revoke = Effect.fn("ApiTokenDesk.revoke")(function*(id: ApiTokenId) {
      const { userId } = yield* owner
      const [gone] = yield* store.remove(userId, id)
      if (gone === undefined) return yield* new ApiTokenNotFound()
      yield* tellRevoked(userId, { id, ...gone })
    }, atomic)

    /** Revokes all of an account's, inside the caller's transaction, for the one who has them revoked. */
    const revokeAllOf = Effect.fnUntraced(function*(owner: UserId, by: UserId) {
      for (const gone of yield* store.removeAll(owner)) yield* tellRevoked(by, gone)
    })

    /**
     * Whose token this is and what it may do at most, or none: forged, expired, revoked. Asked anew each time, so what is
     * revoked is good for nothing from the next request on, whichever program it comes to.
     */
    const verify = Effect.fnUntraced(function*(credential: Redacted.Redacted<string>) {
      const text = Redacted.value(credential)
      if (!shape.test(text)) return Option.none()
      const at = yield* DateTime.now
      const [token] = yield* reading(store.live(yield* hashOf(text), at))
      if (token === undefined) return Option.none()
      return Option.some(token)
    })

    /** Writes down that a token was used, once a minute at most. */
    const used = Effect.fnUntraced(function*({ id, lastUsedAt }: LiveToken) {
      const at = yield* DateTime.now
      const fresh = DateTime.subtractDuration(at, usedWithin)
      if (lastUsedAt === null || DateTime.isLessThan(lastUsedAt, fresh)) yield* atomic(store.touch(id, at, fresh))
    })

    return { list, get, create, revoke, revokeAllOf, verify, used }
  })
}) {
  static readonly layer = Layer.effect(ApiTokenDesk, ApiTokenDesk.make).pipe(Layer.provide(ApiTokenStore.layer))
}
