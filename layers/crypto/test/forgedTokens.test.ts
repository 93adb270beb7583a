import { assert, layer } from "@effect/vitest"
import { AccessTokens } from "@opsdesk/capabilities/AccessTokens"
import { Keyring } from "@opsdesk/capabilities/Keyring"
import { JoseAccessTokens } from "@opsdesk/crypto/JoseAccessTokens"
import { UserId } from "@opsdesk/kernel/Ids"
import { Effect, Layer, Option, Redacted } from "effect"
import { TestClock } from "effect/testing"
import * as jose from "jose"
import { createPublicKey } from "node:crypto"
import { KeyRotation, MemoryKeyring } from "./fixtures/MemoryKeyring.ts"

const issuer = "https://desk.test"
const ada = {
  userId: UserId.make("0198c7a2-0000-7000-8000-000000000001"),
  sessionId: "0198c7a2-0000-7000-8000-0000000000f1"
}

/** When the tests begin, in seconds: a moment with room before it. */
const now = 1_800_000_000

const good = { iss: issuer, aud: "opsdesk", sub: ada.userId, sid: ada.sessionId, iat: now, exp: now + 900, jti: "1" }
type Claims = Partial<Record<keyof typeof good, unknown>> & Record<string, unknown>

const Tokens = JoseAccessTokens({ issuer }).pipe(Layer.provideMerge(MemoryKeyring))

/** The desk's own key, as only a forger's wildest dream has it: what it signs differs from a good token in one thing. */
const ownKey = Effect.gen(function*() {
  const tokens = yield* AccessTokens
  yield* tokens.issue(ada)
  const keyring = yield* Keyring
  const [key] = yield* keyring.keys("access-token", Effect.die(new Error("there is none")))
  const jwk: jose.JWK = JSON.parse(Redacted.value(key.secret))
  return { kid: key.id, jwk, signing: yield* Effect.promise(() => jose.importJWK(jwk, "EdDSA")) }
})

type OwnKey = Effect.Success<typeof ownKey>

const sign = (key: OwnKey, claims: Claims, header: Record<string, unknown> = {}) =>
  new jose.CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
    .setProtectedHeader({ alg: "EdDSA", typ: "at+jwt", kid: key.kid, ...header })
    .sign(key.signing)

const without = (claim: keyof typeof good): Claims =>
  Object.fromEntries(Object.entries(good).filter(([name]) => name !== claim))

const json = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")

const another = async (key: OwnKey, header: (jwk: jose.JWK) => Record<string, unknown>) => {
  const pair = await jose.generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true })
  const jwk = await jose.exportJWK(pair.publicKey)
  return new jose.SignJWT(good).setProtectedHeader({ alg: "EdDSA", typ: "at+jwt", kid: key.kid, ...header(jwk) })
    .sign(pair.privateKey)
}

const signedByPublicKey = (bytes: (key: OwnKey) => Uint8Array) => (key: OwnKey) =>
  new jose.SignJWT(good).setProtectedHeader({ alg: "HS256", typ: "at+jwt", kid: key.kid }).sign(bytes(key))

const forged: Record<string, (key: OwnKey) => Promise<string>> = {
  "without a signature": async (key) => `${json({ alg: "none", typ: "at+jwt", kid: key.kid })}.${json(good)}.`,
  "without a signature, in capitals": async (key) =>
    `${json({ alg: "NONE", typ: "at+jwt", kid: key.kid })}.${json(good)}.`,
  "signed with the public key as a password": signedByPublicKey(({ jwk }) => Buffer.from(jwk.x ?? "", "base64url")),
  "signed with the public key's text": signedByPublicKey(({ jwk }) => Buffer.from(jwk.x ?? "")),
  "signed with the public key as PEM": signedByPublicKey(({ jwk: { crv = "", kty = "OKP", x = "" } }) =>
    Buffer.from(createPublicKey({ format: "jwk", key: { crv, kty, x } }).export({ format: "pem", type: "spki" }))
  ),
  "of another issuer": (key) => sign(key, { ...good, iss: "https://other.test" }),
  "of an issuer that begins alike": (key) => sign(key, { ...good, iss: `${issuer}.evil.test` }),
  "of no issuer": (key) => sign(key, without("iss")),
  "for another audience": (key) => sign(key, { ...good, aud: "payroll" }),
  "for no audience": (key) => sign(key, without("aud")),
  "that is an identity token": (key) => sign(key, good, { typ: "JWT" }),
  "that does not say what it is": (key) => sign(key, good, { typ: undefined }),
  "that has run out": (key) => sign(key, { ...good, iat: now - 906, exp: now - 6 }),
  "that never runs out": (key) => sign(key, without("exp")),
  "that runs out in a year, and is an hour old": (key) =>
    sign(key, { ...good, iat: now - 3600, exp: now + 31_536_000 }),
  "that was issued in the future": (key) => sign(key, { ...good, iat: now + 60, exp: now + 960 }),
  "that is not good yet": (key) => sign(key, { ...good, nbf: now + 60 }),
  "that does not say when it was issued": (key) => sign(key, without("iat")),
  "for nobody": (key) => sign(key, without("sub")),
  "for somebody who is no user": (key) => sign(key, { ...good, sub: "admin" }),
  "of no session": (key) => sign(key, without("sid")),
  "of a session that is none": (key) => sign(key, { ...good, sid: "1" }),
  "without a number of its own": (key) => sign(key, without("jti")),
  "with an instant that is text": (key) => sign(key, { ...good, exp: String(now + 900) }),
  "signed with another key under our key's name": (key) => another(key, () => ({})),
  "signed with a key that it brings along": (key) => another(key, (jwk) => ({ jwk })),
  "signed with a key that it says where to get": (key) => another(key, () => ({ jku: "https://evil.test/jwks.json" })),
  "signed with a key of no name": (key) => sign(key, good, { kid: undefined }),
  "signed with a key of an unknown name": (key) => sign(key, good, { kid: "another" }),
  "with a header that must be understood and is not": async (key) => {
    const head = json({ alg: "EdDSA", typ: "at+jwt", kid: key.kid, crit: ["exp"], exp: 1 })
    return `${head}.${(await sign(key, good)).split(".").slice(1).join(".")}`
  },
  "with the claims of another": async (key) => {
    const [head, , tag] = (await sign(key, good)).split(".")
    return `${head}.${json({ ...good, sub: "0198c7a2-0000-7000-8000-000000000002" })}.${tag}`
  },
  "that is cut off": async (key) => (await sign(key, good)).slice(0, -1),
  "that has lost its tag": async (key) => (await sign(key, good)).split(".").slice(0, 2).join("."),
  "with a part more": async (key) => `${await sign(key, good)}.${json(good)}`,
  "that is encrypted, as it says": async (key) => `${json({ alg: "dir", enc: "A256GCM", kid: key.kid })}....`,
  "of a megabyte": (key) => sign(key, { ...good, iss: "x".repeat(1_000_000) }),
  "that is no token": async () => "x".repeat(1_000_000),
  "that is nothing": async () => ""
}

layer(Tokens)("somebody with a token", (it) => {
  it.effect("is let in with a good one, made by hand with the desk's key: all that follow differ from it in one thing", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(now * 1000)
      const { verify } = yield* AccessTokens
      const key = yield* ownKey
      const token = yield* Effect.promise(() => sign(key, good))
      assert.deepStrictEqual(yield* verify(Redacted.make(token)), Option.some(ada))
    }))

  it.effect.each(Object.entries(forged))("is not let in with one %s", ([, forge]) =>
    Effect.gen(function*() {
      yield* TestClock.setTime(now * 1000)
      const { verify } = yield* AccessTokens
      const key = yield* ownKey
      const token = yield* Effect.promise(() => forge(key))
      assert.deepStrictEqual(yield* verify(Redacted.make(token)), Option.none())
    }))
})

layer(Tokens)("an access token", (it) => {
  it.effect("says who issued it for whom, when, how long, for what, and with which key", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(now * 1000 + 999)
      const tokens = yield* AccessTokens
      const token = Redacted.value((yield* tokens.issue(ada)).token)
      const [key] = yield* tokens.publicKeys
      const { jti, ...claims } = jose.decodeJwt(token)
      assert.deepStrictEqual(claims, {
        iss: issuer,
        aud: "opsdesk",
        sub: ada.userId,
        sid: ada.sessionId,
        iat: now,
        exp: now + 900
      })
      assert.match(jti ?? "", /^[0-9a-f]{8}-[0-9a-f]{4}-7/)
      assert.deepStrictEqual(jose.decodeProtectedHeader(token), { alg: "EdDSA", typ: "at+jwt", kid: key?.kid ?? "" })
    }))

  it.effect("can be checked by anybody with the public keys, as RFC 7517 has them", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(now * 1000)
      const tokens = yield* AccessTokens
      const token = Redacted.value((yield* tokens.issue(ada)).token)
      const keys = jose.createLocalJWKSet({ keys: [...(yield* tokens.publicKeys)] })
      const currentDate = new Date(now * 1000)
      const { payload } = yield* Effect.promise(() =>
        jose.jwtVerify(token, keys, { issuer, audience: "opsdesk", currentDate })
      )
      assert.strictEqual(payload.sub, ada.userId)
    }))

  it.effect("outlives a change of keys for as long as the old key is kept", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(now * 1000)
      const tokens = yield* AccessTokens
      const { retire, rotate } = yield* KeyRotation
      const kid = Effect.map(tokens.issue(ada), ({ token }) => jose.decodeProtectedHeader(Redacted.value(token)).kid)
      const { token } = yield* tokens.issue(ada)
      const before = yield* kid
      yield* rotate("access-token")
      assert.strictEqual(yield* kid, before)
      yield* TestClock.adjust("31 seconds")
      assert.notStrictEqual(yield* kid, before)
      assert.strictEqual((yield* tokens.publicKeys).length, 2)
      assert.deepStrictEqual(yield* tokens.verify(token), Option.some(ada))
      yield* retire("access-token")
      yield* TestClock.adjust("31 seconds")
      assert.strictEqual((yield* tokens.publicKeys).length, 1)
      assert.deepStrictEqual(yield* tokens.verify(token), Option.none())
    }))
})
