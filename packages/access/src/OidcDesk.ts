import type { Provider } from "@opsdesk/capabilities/IdentityProvider"
import { IdentityProvider } from "@opsdesk/capabilities/IdentityProvider"
import { Journal } from "@opsdesk/capabilities/Journal"
import { LocalSignIn } from "@opsdesk/capabilities/LocalSignIn"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import type { UserId } from "@opsdesk/kernel/Ids"
import { Context, DateTime, Duration, Effect, Layer, Option, Redacted } from "effect"
import { Digest, SecureRandom } from "effect/crypto"
import { Base64Url } from "effect/encoding"
import { HandoffRefused, NoProvider } from "./AccessProblems.ts"
import { OidcFlowStore } from "./OidcFlowStore.ts"
import { OidcPeople } from "./OidcPeople.ts"
import { SessionDesk } from "./SessionDesk.ts"
import { SignInLimits } from "./SignInLimits.ts"

/** How long somebody may take to sign in at the provider; the browser's cookie lasts as long. */
export const flowLasts = Duration.minutes(10)
/** How long the page may take to give the code for a session. */
const handoffLasts = Duration.seconds(60)

/** Why somebody is refused whom the provider lets in: for the audit. */
const deactivated = "account deactivated"

/** What the provider sent the browser back with (RFC 6749, section 4.1.2; RFC 9207); what else came is passed over. */
export interface ProviderAnswer {
  readonly state?: string | undefined
  readonly code?: string | undefined
  readonly iss?: string | undefined
  readonly error?: string | undefined
}

/**
 * How a sign-in ended, for the page: with a code that it gives for a session, or why not. `expired`: it took too long,
 * was answered before, or began in another browser. `denied`: the person or the provider said no. `refused`: the
 * provider's answer is not good, or the account is deactivated. `unavailable`: the provider is away.
 */
export type SignInEnd =
  | { readonly code: Redacted.Redacted<string> }
  | { readonly error: "expired" | "denied" | "refused" | "unavailable" }

/** Signing in at a provider of identities: there, back, and to a session of the desk's own. */
export class OidcDesk extends Context.Service<OidcDesk>()("@opsdesk/access/OidcDesk", {
  make: Effect.gen(function*() {
    const { atomic } = yield* Transaction
    const configured = yield* IdentityProvider
    const local = yield* LocalSignIn
    const flows = yield* OidcFlowStore
    const people = yield* OidcPeople
    const sessions = yield* SessionDesk
    const journal = yield* Journal
    // What anybody can have the desk write or try counts per address, together with passwords.
    const { attempt } = yield* SignInLimits
    const random = yield* SecureRandom.SecureRandom
    const digest = yield* Digest.Digest

    const provider = Effect.mapError(Effect.fromOption(configured), () => new NoProvider())

    const secret = Effect.map(random.randomBytes(32), Base64Url.encode)
    const sha256 = (text: string) => Effect.orDie(digest.digest(Digest.sha256, new TextEncoder().encode(text)))

    /** What the flow needs of secrets, from the one that only the browser keeps: each tells nothing of the others. */
    const derive = (what: "pkce" | "nonce", browser: string) =>
      Effect.map(sha256(`opsdesk oidc ${what} ${browser}`), Base64Url.encode)
    const hashOfBrowser = (browser: string) => sha256(`opsdesk oidc browser ${browser}`)

    const config = {
      enabled: Option.isSome(configured),
      localLogin: local.allowed,
      issuer: Option.getOrNull(Option.map(configured, ({ issuer }) => issuer)),
      clientId: Option.getOrNull(Option.map(configured, ({ clientId }) => clientId))
    }

    /** Begins a sign-in: where the browser goes, and the secret that it keeps meanwhile. */
    const start = Effect.fn("OidcDesk.start")(function*() {
      const { authorizationUrl } = yield* provider
      yield* attempt
      const [state, browser] = [yield* secret, yield* secret]
      const [nonce, codeVerifier] = [yield* derive("nonce", browser), Redacted.make(yield* derive("pkce", browser))]
      const location = yield* authorizationUrl({ state, nonce, codeVerifier })
      const flow = {
        id: yield* random.uuidV7(),
        stateHash: yield* sha256(state),
        browserHash: yield* hashOfBrowser(browser)
      }
      const startedAt = yield* DateTime.now
      yield* atomic(Effect.andThen(
        flows.clear(startedAt),
        flows.insert({ ...flow, startedAt, expiresAt: DateTime.addDuration(startedAt, flowLasts) })
      ))
      return { location, browser: Redacted.make(browser) }
    })

    /** Puts a refusal on record, inside the caller's transaction: of whom, where that is known, and why in plain words. */
    const recordRefusal = Effect.fnUntraced(function*(userId: UserId | null, reason: string) {
      yield* Effect.logWarning(`a sign-in at the provider was refused: ${reason}`)
      yield* journal.record({
        at: yield* DateTime.now,
        actorId: null,
        action: "session.refused",
        entity: { type: "user", id: userId },
        before: null,
        after: { reason },
        events: []
      })
    })

    const refuse = (userId: UserId | null, reason: string) => {
      const end: SignInEnd = { error: "refused" }
      return Effect.as(atomic(recordRefusal(userId, reason)), end)
    }

    const handOff = Effect.fnUntraced(function*(flowId: string, userId: UserId) {
      const code = yield* secret
      const expiresAt = DateTime.addDuration(yield* DateTime.now, handoffLasts)
      yield* flows.handOff(flowId, userId, yield* sha256(code), expiresAt)
      const end: SignInEnd = { code: Redacted.make(code) }
      return end
    }, atomic)

    const redeem = ({ redeem }: Provider, code: string, answer: ProviderAnswer, browser: string) =>
      Effect.gen(function*() {
        return yield* redeem({
          code: Redacted.make(code),
          issuer: answer.iss ?? null,
          nonce: yield* derive("nonce", browser),
          codeVerifier: Redacted.make(yield* derive("pkce", browser))
        })
      })

    /** Takes the provider's answer, once, from the browser that began: makes the account at first sight. */
    const finish = Effect.fn("OidcDesk.finish")(function*(
      answer: ProviderAnswer,
      secretOfBrowser: Redacted.Redacted<string> | null
    ) {
      const known = yield* provider
      const expired: SignInEnd = { error: "expired" }
      if (answer.state === undefined || secretOfBrowser === null) return expired
      const browser = Redacted.value(secretOfBrowser)
      const [stateHash, browserHash] = [yield* sha256(answer.state), yield* hashOfBrowser(browser)]
      const [flow] = yield* atomic(flows.answer(stateHash, browserHash, yield* DateTime.now))
      if (flow === undefined) return expired
      const unavailable: SignInEnd = { error: "unavailable" }
      const isOurs = yield* Effect.result(known.isAnswerOf(answer.iss ?? null))
      if (isOurs._tag === "Failure") return unavailable
      if (!isOurs.success) return yield* refuse(null, "not the provider's answer")
      if (answer.error !== undefined || answer.code === undefined) {
        const denied: SignInEnd = { error: "denied" }
        return denied
      }
      const found = yield* Effect.result(redeem(known, answer.code, answer, browser))
      if (found._tag === "Failure") return unavailable
      if (Option.isNone(found.success)) return yield* refuse(null, "answer not good")
      const { active, userId } = yield* people.userOf(found.success.value)
      return active ? yield* handOff(flow.id, userId) : yield* refuse(userId, deactivated)
    })

    const take = Effect.fnUntraced(function*(codeHash: Uint8Array, browserHash: Uint8Array) {
      const [taken] = yield* flows.take(codeHash, browserHash, yield* DateTime.now)
      if (taken === undefined) return null
      if (yield* flows.holdActive(taken.userId)) return yield* sessions.begin(taken.userId)
      // A refusal, but one that is kept: the code is spent.
      yield* recordRefusal(taken.userId, deactivated)
      return null
    }, atomic)

    /** Gives a session for the code that `finish` made, once, to the browser that began. */
    const session = Effect.fn("OidcDesk.session")(function*(
      code: Redacted.Redacted<string>,
      browser: Redacted.Redacted<string> | null
    ) {
      yield* provider
      yield* attempt
      if (browser === null) return yield* new HandoffRefused()
      const [codeHash, browserHash] = [
        yield* sha256(Redacted.value(code)),
        yield* hashOfBrowser(Redacted.value(browser))
      ]
      const begun = yield* take(codeHash, browserHash)
      return begun === null ? yield* new HandoffRefused() : yield* sessions.tokensOf(begun)
    })

    /** Whether browsers reach this desk over https, as its registered address says. */
    const isSecure = Option.exists(configured, ({ redirectUri }) => redirectUri.startsWith("https://"))

    return { config, isSecure, start, finish, session }
  })
}) {
  static readonly layer = Layer.effect(OidcDesk, OidcDesk.make).pipe(
    Layer.provide([OidcFlowStore.layer, OidcPeople.layer, SessionDesk.layer, SignInLimits.layer])
  )
}
