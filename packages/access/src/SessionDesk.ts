import { AccessTokens } from "@opsdesk/capabilities/AccessTokens"
import { Journal } from "@opsdesk/capabilities/Journal"
import { RateLimits } from "@opsdesk/capabilities/RateLimits"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import type { UserId } from "@opsdesk/kernel/Ids"
import { RequestContext } from "@opsdesk/kernel/RequestContext"
import { Context, DateTime, Duration, Effect, Layer, Redacted, Result } from "effect"
import { Digest, SecureRandom } from "effect/crypto"
import { Base64Url } from "effect/encoding"
import { NoSession, RefreshRefused } from "./AccessProblems.ts"
import { CurrentActor } from "./Actor.ts"
import { Rights } from "./Rights.ts"
import type { Session } from "./Session.ts"
import type { Ending, NewRefreshToken, TokenRow } from "./SessionStore.ts"
import { SessionStore } from "./SessionStore.ts"
import { sourceOf } from "./sourceOf.ts"
import { Successors } from "./Successors.ts"

/** A refresh token lapses when it lies unused this long, and its session this long after the sign-in. */
const idle = Duration.days(14)
const absolute = Duration.days(90)

/** How long a client may ask again for the successor of a token whose answer it has lost. */
const grace = Duration.seconds(10)

const utf8 = (text: string) => new TextEncoder().encode(text)

const same = (a: Uint8Array | null, b: Uint8Array | null) =>
  a !== null && b !== null && a.length === b.length && a.every((byte, at) => byte === b[at])

const earlier = (a: DateTime.Utc, b: DateTime.Utc) => DateTime.isLessThan(a, b) ? a : b

/** What a client asks with: its token, the key of its attempt, and what may come after the token. */
interface Renewing {
  readonly hash: Uint8Array
  readonly key: Uint8Array | null
  readonly successors: readonly [Uint8Array, ...ReadonlyArray<Uint8Array>]
}

/**
 * Sessions and the refresh tokens that keep them going (RFC 9700, section 4.14): each token is used once and replaced. One
 * that comes a second time is in two hands, and nobody can tell whose: the session ends for both.
 */
export class SessionDesk extends Context.Service<SessionDesk>()("@opsdesk/access/SessionDesk", {
  make: Effect.gen(function*() {
    const { atomic } = yield* Transaction
    const store = yield* SessionStore
    const journal = yield* Journal
    const tokens = yield* AccessTokens
    const rights = yield* Rights
    const successors = yield* Successors
    const random = yield* SecureRandom.SecureRandom
    const digest = yield* Digest.Digest
    const limits = yield* RateLimits
    const hashOf = (bytes: Uint8Array) => Effect.orDie(digest.digest(Digest.sha256, bytes))

    const tell = (at: DateTime.Utc, action: string, actorId: UserId | null, sessionId: string, userId: UserId) =>
      journal.record({
        at,
        actorId,
        action,
        entity: { type: "session", id: sessionId },
        before: null,
        after: { userId },
        events: []
      })

    const answer = Effect.fnUntraced(function*(userId: UserId, sessionId: string, secret: Uint8Array) {
      const { expiresIn, token } = yield* tokens.issue({ userId, sessionId })
      const session: Session = {
        accessToken: Redacted.value(token),
        tokenType: "Bearer",
        expiresIn,
        refreshToken: Base64Url.encode(secret)
      }
      return session
    })

    const keep = Effect.fnUntraced(function*(
      secret: Uint8Array,
      token: Pick<NewRefreshToken, "sessionId" | "parentId" | "userId" | "issuedAt" | "expiresAt">
    ) {
      yield* store.insertToken({
        ...token,
        id: yield* random.uuidV7(),
        tokenHash: yield* hashOf(secret),
        idleExpiresAt: earlier(DateTime.addDuration(token.issuedAt, idle), token.expiresAt)
      })
    })

    /** Begins a session inside the caller's transaction; `open` tells the rest. */
    const begin = Effect.fnUntraced(function*(userId: UserId) {
      const at = yield* DateTime.now
      const sessionId = yield* random.uuidV7()
      const secret = yield* random.randomBytes(32)
      const expiresAt = DateTime.addDuration(at, absolute)
      yield* store.sweep(at)
      yield* store.insert({ id: sessionId, userId, startedAt: at, expiresAt })
      yield* keep(secret, { sessionId, parentId: null, userId, issuedAt: at, expiresAt })
      yield* tell(at, "session.started", userId, sessionId, userId)
      return { userId, sessionId, secret }
    })

    /** What the client gets for a session that has begun. */
    const tokensOf = ({ secret, sessionId, userId }: { userId: UserId; sessionId: string; secret: Uint8Array }) =>
      answer(userId, sessionId, secret)

    /** Opens a session for somebody who has shown who they are. */
    const open = Effect.fn("SessionDesk.open")((userId: UserId) => Effect.flatMap(atomic(begin(userId)), tokensOf))

    /** The session's token as it is used for the first time: spent, and replaced. */
    const rotate = Effect.fnUntraced(function*(row: TokenRow, at: DateTime.Utc, { key, successors }: Renewing) {
      const [secret] = successors
      yield* store.spend(row.id, at, key)
      yield* keep(secret, {
        sessionId: row.sessionId,
        parentId: row.id,
        userId: row.userId,
        issuedAt: at,
        expiresAt: row.expiresAt
      })
      yield* tell(at, "session.refreshed", row.userId, row.sessionId, row.userId)
      return { userId: row.userId, sessionId: row.sessionId, secret }
    })

    /** The successor again, for the client that has lost the answer: it knows the key that it sent, and nobody has used it. */
    const again = Effect.fnUntraced(function*(row: TokenRow, at: DateTime.Utc, { key, successors }: Renewing) {
      if (row.spentAt === null || row.successorSpent === true || !same(row.spentWith, key)) return null
      if (DateTime.isGreaterThan(at, DateTime.addDuration(row.spentAt, grace))) return null
      for (const secret of successors) {
        if (same(yield* hashOf(secret), row.successorHash)) {
          return { userId: row.userId, sessionId: row.sessionId, secret }
        }
      }
      return null
    })

    const use = Effect.fnUntraced(function*(renewing: Renewing) {
      const at = yield* DateTime.now
      const [row] = yield* store.lockByToken(renewing.hash)
      if (row === undefined) return null
      const lapsed = !DateTime.isLessThan(at, row.expiresAt) ||
        (row.spentAt === null && !DateTime.isLessThan(at, row.idleExpiresAt))
      const open = !row.ended && !lapsed && row.active
      if (row.spentAt === null) return open ? yield* rotate(row, at, renewing) : null
      const lost = open ? yield* again(row, at, renewing) : null
      if (lost !== null) return lost
      // A refusal, but one that is kept: it must not roll back.
      const ended = yield* store.end(row.sessionId, at, "token-reused")
      if (ended) yield* rights.changed
      yield* tell(at, "session.token_reused", null, row.sessionId, row.userId)
      return ended ? "ended" as const : null
    }, atomic)

    /**
     * A new access token and the next refresh token for one that was not used yet. The same `idempotencyKey` gets the same
     * successor again for 10 s; any other reuse ends the session.
     */
    const refresh = Effect.fn("SessionDesk.refresh")(function*(refreshToken: string, idempotencyKey: string | null) {
      const { ip } = yield* RequestContext
      yield* limits.spend("refreshes", sourceOf(ip))
      const secret = Base64Url.decode(refreshToken)
      if (Result.isFailure(secret)) return yield* new RefreshRefused()
      const used = yield* use({
        hash: yield* hashOf(secret.success),
        key: idempotencyKey === null ? null : yield* hashOf(utf8(idempotencyKey)),
        successors: yield* successors.of(secret.success)
      })
      if (used === "ended") yield* rights.forget
      if (used === null || used === "ended") return yield* new RefreshRefused()
      return yield* tokensOf(used)
    })

    const finish = Effect.fnUntraced(function*(userId: UserId, sessionId: string) {
      const at = yield* DateTime.now
      if (yield* store.end(sessionId, at, "signed-out")) {
        yield* rights.changed
        yield* tell(at, "session.ended", userId, sessionId, userId)
      }
    }, atomic)

    /** Ends the session that the actor acts in. */
    const signOut = Effect.fn("SessionDesk.signOut")(function*() {
      const { sessionId, userId } = yield* CurrentActor
      if (sessionId === null) return yield* new NoSession()
      yield* finish(userId, sessionId)
      yield* rights.forget
    })

    /** Ends all sessions of an account, inside the caller's transaction, which also owes `Rights.changed`. */
    const endAllOf = Effect.fnUntraced(function*(userId: UserId, because: Ending) {
      yield* store.endAll(userId, yield* DateTime.now, because)
    })

    return { begin, tokensOf, open, refresh, signOut, endAllOf }
  })
}) {
  static readonly layer = Layer.effect(SessionDesk, SessionDesk.make).pipe(
    Layer.provide([SessionStore.layer, Successors.layer, Rights.layer])
  )
}
