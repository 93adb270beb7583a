import { Api } from "@opsdesk/api/Api"
import { Clock, Context, Data, Effect, Layer, Redacted, Schedule, Semaphore, Stream, SubscriptionRef } from "effect"
import { SecureRandom } from "effect/crypto"
import { HttpClient, HttpClientError } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import { Desk } from "./Desk.ts"

/** Nobody is signed in, or the session has ended. */
export class SignedOut extends Data.TaggedError("SignedOut") {}

/** What of a session can be kept while nothing runs: enough to go on with it, also after an answer that was lost. */
export interface Kept {
  readonly refreshToken: string
  /** The `Idempotency-Key` of the next refresh, the same however often it is tried. */
  readonly attempt: string
}

export interface OpenSession extends Kept {
  readonly accessToken: Redacted.Redacted<string>
  /** When the access token runs out, in milliseconds since 1970. */
  readonly until: number
}

const keptOf = (session: OpenSession | null): Kept | null =>
  session === null ? null : { refreshToken: session.refreshToken, attempt: session.attempt }

interface Tokens {
  readonly accessToken: string
  readonly expiresIn: number
  readonly refreshToken: string
}

/** Of an access token's time so many milliseconds are left when it is replaced. */
const inGoodTime = 60_000

/** For the while that the desk does not answer: the same key gets the same successor for 10 s. */
const soonAgain = Schedule.spaced("500 millis").pipe(Schedule.jittered, Schedule.upTo({ times: 12 }))

const isAway = (error: unknown): boolean =>
  HttpClientError.isHttpClientError(error) ||
  (typeof error === "object" && error !== null && "code" in error && error.code === "dependency-unavailable")

/**
 * The session that a client acts in. Its tokens are in memory only; whoever wants them to outlive it asks for `kept` and
 * gives that to `restore`.
 */
export class Session extends Context.Service<Session>()("@opsdesk/client/Session", {
  make: Effect.gen(function*() {
    const { baseUrl } = yield* Desk
    const httpClient = yield* HttpClient.HttpClient
    const random = yield* SecureRandom.SecureRandom
    const auth = yield* HttpApiClient.group(Api, { group: "auth", httpClient, baseUrl })
    const oidc = yield* HttpApiClient.group(Api, { group: "oidc", httpClient, baseUrl })
    const state = yield* SubscriptionRef.make<OpenSession | null>(null)
    const oneAtATime = yield* Semaphore.make(1)

    const take = Effect.fnUntraced(function*({ accessToken, expiresIn, refreshToken }: Tokens) {
      const open: OpenSession = {
        accessToken: Redacted.make(accessToken),
        refreshToken,
        attempt: yield* random.uuidV4(),
        until: (yield* Clock.currentTimeMillis) + expiresIn * 1000
      }
      yield* SubscriptionRef.set(state, open)
      return open
    })

    const forget = SubscriptionRef.set(state, null)

    /** A refusal ends the session; a desk that is away does not. */
    const refresh = ({ attempt, refreshToken }: Kept) =>
      auth.refresh({ headers: { "idempotency-key": attempt }, payload: { refreshToken } }).pipe(
        Effect.retry({ schedule: soonAgain, while: isAway }),
        Effect.flatMap(({ data }) => take(data)),
        Effect.catchTag("RefreshRefused", () => Effect.andThen(forget, new SignedOut()))
      )

    /** A token that is good for a minute at least; `spent` is one that the desk has refused. */
    const open = (spent?: string) =>
      Effect.gen(function*() {
        const now = yield* SubscriptionRef.get(state)
        if (now === null) return yield* new SignedOut()
        const isGood = Redacted.value(now.accessToken) !== spent &&
          now.until - (yield* Clock.currentTimeMillis) > inGoodTime
        return isGood ? now : yield* refresh(now)
      }).pipe(oneAtATime.withPermits(1))

    const signIn = Effect.fn("Session.signIn")(function*(email: string, password: string) {
      const { data } = yield* auth.login({ payload: { email, password } })
      yield* take(data)
    })

    /** With the code that the desk hands a page after a sign-in at the provider. */
    const signInByCode = Effect.fn("Session.signInByCode")(function*(code: string) {
      const { data } = yield* oidc.takeSession({ payload: { code } })
      yield* take(data)
    })

    /** Goes on with what was kept. Where it is no longer good, nobody is signed in. */
    const restore = Effect.fn("Session.restore")((kept: Kept) =>
      Effect.asVoid(oneAtATime.withPermits(1)(refresh(kept)))
    )

    return {
      signIn,
      signInByCode,
      restore,
      open,
      /** Forgets the session here; `OpsDesk.signOut` ends it at the desk. */
      forget,
      kept: Effect.map(SubscriptionRef.get(state), keptOf),
      /** What may be kept, now and whenever that changes. */
      changes: SubscriptionRef.changes(state).pipe(Stream.map(keptOf)),
      /** Whether somebody is signed in, now and whenever that changes. */
      isOpen: SubscriptionRef.changes(state).pipe(Stream.map((now) => now !== null), Stream.changes),
      signInConfig: Effect.map(oidc.signInConfig(), ({ data }) => data)
    }
  })
}) {
  static readonly layer = Layer.effect(Session, Session.make).pipe(Layer.provide(SecureRandom.layerWebCrypto))
}
