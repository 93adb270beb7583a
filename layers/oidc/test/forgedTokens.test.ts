import { assert, layer } from "@effect/vitest"
import { SignInProvider } from "@opsdesk/testkit/SignInProvider"
import { Effect, Logger, Option, Redacted, References } from "effect"
import * as jose from "jose"
import { createPublicKey, generateKeyPairSync } from "node:crypto"
import { AtProvider, deskSide, goodClaims, signed } from "./fixtures.ts"

type Claims = Record<string, unknown>

interface Forger {
  readonly claims: Effect.Success<typeof goodClaims>
  readonly key: jose.JWK
  readonly kid: string
}

const stranger: jose.JWK = {
  ...generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" }),
  alg: "RS256"
}
const { d: _, dp: __, dq: ___, p: ____, q: _____, qi: ______, ...strangersPublic } = stranger

const json = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")
const without = (claims: Claims, name: string): Claims =>
  Object.fromEntries(Object.entries(claims).filter(([claim]) => claim !== name))

/** A token that differs from a good one in its claims only. */
const saying = (change: (claims: Forger["claims"]) => Claims) => ({ claims, key }: Forger) =>
  signed(change(claims), key)
/** A good token but for its header. */
const headed = (header: Claims) => ({ claims, key }: Forger) => signed(claims, key, header)
/** Signed by somebody else under the provider's key's name. */
const byStranger = (header: Claims) => ({ claims, kid }: Forger) => signed(claims, stranger, { kid, ...header })
const bySecret = (secret: (key: jose.JWK) => Uint8Array) => ({ claims, key, kid }: Forger) =>
  Effect.promise(() =>
    new jose.SignJWT(claims as jose.JWTPayload).setProtectedHeader({ alg: "HS256", kid }).sign(secret(key))
  )
const unsigned = (alg: string) => ({ claims, kid }: Forger) =>
  Effect.succeed(`${json({ alg, typ: "JWT", kid })}.${json(claims)}.`)
const altered = (change: (parts: ReadonlyArray<string>) => string) => (forger: Forger) =>
  Effect.map(signed(forger.claims, forger.key), (token) => change(token.split(".")))

const far = "https://elsewhere.test"

const forged: Record<string, (forger: Forger) => Effect.Effect<string>> = {
  "without a signature": unsigned("none"),
  "without a signature, in capitals": unsigned("NONE"),
  "signed with the public key's modulus as a password": bySecret(({ n }) => Buffer.from(n ?? "", "base64url")),
  "signed with the public key as PEM": bySecret(({ e = "", n = "" }) =>
    Buffer.from(createPublicKey({ format: "jwk", key: { kty: "RSA", e, n } }).export({ format: "pem", type: "spki" }))
  ),
  "of another issuer": saying((claims) => ({ ...claims, iss: far })),
  "of an issuer that begins alike": saying((claims) => ({ ...claims, iss: `${claims.iss}.elsewhere.test` })),
  "of an issuer with a slash more": saying((claims) => ({ ...claims, iss: `${claims.iss}/` })),
  "of two issuers": saying((claims) => ({ ...claims, iss: [claims.iss] })),
  "of no issuer": saying((claims) => without(claims, "iss")),
  "for another audience": saying((claims) => ({ ...claims, aud: "https://payroll.test" })),
  "for other audiences": saying((claims) => ({ ...claims, aud: ["https://payroll.test", "account"] })),
  "for no audience": saying((claims) => without(claims, "aud")),
  "for the desk's page": saying((claims) => ({ ...claims, aud: "desk-page" })),
  "that is an identity token, by its nonce": saying((claims) => ({ ...claims, nonce: "n" })),
  "that is an identity token, by its at_hash": saying((claims) => ({ ...claims, at_hash: "h" })),
  "that is an identity token, by its claim typ": saying((claims) => ({ ...claims, typ: "ID" })),
  "that is a refresh token": saying((claims) => ({ ...claims, typ: "Refresh" })),
  "that is a logout token": headed({ typ: "logout+jwt" }),
  "that is bound to a key": saying((claims) => ({ ...claims, cnf: { jkt: "thumbprint" } })),
  "that has run out": saying((claims) => ({ ...claims, exp: claims.iat - 6 })),
  "that never runs out": saying((claims) => without(claims, "exp")),
  "that runs out as text": saying((claims) => ({ ...claims, exp: String(claims.exp) })),
  "that was issued in the future": saying((claims) => ({ ...claims, iat: claims.iat + 60 })),
  "that does not say when it was issued": saying((claims) => without(claims, "iat")),
  "that is not good yet": saying((claims) => ({ ...claims, nbf: claims.iat + 60 })),
  "for nobody": saying((claims) => without(claims, "sub")),
  "for somebody of no name": saying((claims) => ({ ...claims, sub: "" })),
  "for somebody with an endless name": saying((claims) => ({ ...claims, sub: "x".repeat(256) })),
  "for somebody whom no table can keep": saying((claims) => ({ ...claims, sub: "a\0b" })),
  "signed by a stranger under the key's name": byStranger({}),
  "signed with a key that it brings along": byStranger({ jwk: strangersPublic }),
  "signed with a key that it says where to get": byStranger({ jku: `${far}/jwks` }),
  "signed with a certificate that it says where to get": byStranger({ x5u: `${far}/cert` }),
  "signed with a certificate that it brings along": byStranger({ x5c: ["MIIB"] }),
  "signed with a key of a name that is none": headed({ kid: "../../keys" }),
  "for another algorithm of the same key": altered(([head = "", ...rest]) =>
    [json({ ...JSON.parse(Buffer.from(head, "base64url").toString()), alg: "PS256" }), ...rest].join(".")
  ),
  "with a header that must be understood and is not": altered(([head = "", ...rest]) =>
    [json({ ...JSON.parse(Buffer.from(head, "base64url").toString()), crit: ["x"], x: 1 }), ...rest].join(".")
  ),
  "with the claims of another": altered(([head = "", claims = "", tag = ""]) =>
    [head, json({ ...JSON.parse(Buffer.from(claims, "base64url").toString()), sub: "alex" }), tag].join(".")
  ),
  "that is cut off": altered((parts) => parts.join(".").slice(0, -4)),
  "with a part more": altered((parts) => [...parts, "x"].join(".")),
  "that is longer than any is": saying((claims) => ({ ...claims, filler: "x".repeat(16_384) })),
  "whose header is no JSON": () => Effect.succeed(`${Buffer.from("{").toString("base64url")}.e30.e30`),
  "whose claims are ten thousand lists in each other": ({ kid }) =>
    Effect.succeed(
      `${json({ alg: "RS256", kid })}.${Buffer.from("[".repeat(1500) + "]".repeat(1500)).toString("base64url")}.e30`
    ),
  "that is nothing": () => Effect.succeed("")
}

layer(AtProvider, { excludeTestServices: true })("somebody with a token of the provider", (it) => {
  const forger = Effect.gen(function*() {
    const { key } = yield* SignInProvider
    const { verify } = yield* deskSide
    const forger: Forger = { claims: yield* goodClaims, key: key(), kid: key().kid }
    return { verify, forger }
  })

  it.effect.each(["at+jwt", "AT+JWT", "application/at+jwt", "JWT", undefined])(
    "is let in with a good one that calls itself %s: all that follow differ from it in one thing",
    (typ) =>
      Effect.gen(function*() {
        const { forger: { claims, key }, verify } = yield* forger
        const token = yield* signed(
          { ...claims, realm: { roles: ["agent"] }, name: " Ada ", email: "ada@far.test" },
          key,
          { typ }
        )
        const vouched = yield* Effect.flatMap(verify(Redacted.make(token)), Effect.fromOption)
        const { at, ...rest } = vouched
        assert.strictEqual(at.epochMilliseconds, claims.iat * 1000)
        assert.deepStrictEqual(rest, {
          issuer: claims.iss,
          subject: "ada",
          email: "ada@far.test",
          name: "Ada",
          roles: ["agent"]
        })
      })
  )

  it.effect("is let in with one that is long, as tokens that list many groups are", () =>
    Effect.gen(function*() {
      const { forger: { claims, key }, verify } = yield* forger
      const token = yield* signed({ ...claims, groups: "x".repeat(11_000) }, key)
      assert.isAbove(token.length, 14_000)
      assert.isTrue(Option.isSome(yield* verify(Redacted.make(token))))
    }))

  it.effect("is refused for a reason that an operator can read, and nobody else", () =>
    Effect.gen(function*() {
      const { forger: { claims, key, kid }, verify } = yield* forger
      const told: Array<string> = []
      const logged = Logger.layer([Logger.make(({ logLevel, message }) => void told.push(`${logLevel} ${message}`))])
      const tokens = [
        yield* signed({ ...claims, aud: "https://payroll.test" }, key),
        yield* signed({ ...claims, exp: claims.iat - 6 }, key),
        yield* signed(claims, stranger, { kid }),
        yield* signed({ ...claims, sub: "" }, key)
      ]
      for (const token of tokens) {
        yield* verify(Redacted.make(token)).pipe(
          Effect.provide(logged),
          Effect.provideService(References.MinimumLogLevel, "Debug")
        )
      }
      const refusal = "Debug a token of the provider is refused:"
      assert.deepStrictEqual(told, [
        `${refusal} it is for another audience`,
        `${refusal} it has run out, or never does`,
        `${refusal} signature verification failed`,
        `${refusal} it does not say properly of whom it is, or since when`
      ])
    }))

  it.effect.each(Object.entries(forged))(
    "is not let in with one %s, and nobody is asked",
    ([, forge]) =>
      Effect.gen(function*() {
        const { asked, forget } = yield* SignInProvider
        const { forger: mine, verify } = yield* forger
        yield* verify(Redacted.make(yield* signed(mine.claims, mine.key)))
        forget()
        // The key of an unknown name may be new: that is asked once, and here it has been.
        yield* verify(Redacted.make(yield* signed(mine.claims, mine.key, { kid: "unknown" })))
        forget()
        const token = yield* forge(mine)
        assert.deepStrictEqual(yield* verify(Redacted.make(token)), Option.none())
        assert.deepStrictEqual(asked(), [])
      })
  )
})
