import { assert, layer } from "@effect/vitest"
import { Passwords } from "@opsdesk/capabilities/Passwords"
import { Argon2Passwords } from "@opsdesk/crypto/Argon2Passwords"
import { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import { Effect, Fiber, Layer, Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import * as fc from "fast-check"
import { argon2id } from "hash-wasm"
import * as nodeCrypto from "node:crypto"

/** Made by the reference implementation: `echo -n "correct horse" | argon2 somesaltsomesalt -id -m 15 -t 3 -p 1 -e`. */
const outside = "$argon2id$v=19$m=32768,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$"

const secret = (text: string) => Redacted.make(text)

const byNode = (message: Uint8Array, nonce: Uint8Array, memory: number, passes: number, parallelism: number) =>
  new Uint8Array(nodeCrypto.argon2Sync("argon2id", { message, nonce, memory, passes, parallelism, tagLength: 32 }))

const byWasm = (password: Uint8Array, salt: Uint8Array, memorySize: number, iterations: number, parallelism: number) =>
  argon2id({ password, salt, memorySize, iterations, parallelism, hashLength: 32, outputType: "binary" })

const bare = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64").replaceAll("=", "")

layer(Argon2Passwords.pipe(Layer.provide(SecureRandom.layerWebCrypto)))("argon2id passwords", (it) => {
  it.effect("are hashed as RFC 9106 says, on Node and where WebAssembly takes its place", () =>
    Effect.promise(async () => {
      // Its test vector (5.3) but for the secret and the associated data, which a password has none of.
      const message = new Uint8Array(32).fill(1)
      const nonce = new Uint8Array(16).fill(2)
      const withSecret = nodeCrypto.argon2Sync("argon2id", {
        message,
        nonce,
        memory: 32,
        passes: 3,
        parallelism: 4,
        tagLength: 32,
        secret: new Uint8Array(8).fill(3),
        associatedData: new Uint8Array(12).fill(4)
      })
      assert.strictEqual(
        withSecret.toString("hex"),
        "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"
      )
      assert.deepStrictEqual(await byWasm(message, nonce, 32, 3, 4), byNode(message, nonce, 32, 3, 4))
      await fc.assert(
        fc.asyncProperty(
          fc.uint8Array({ minLength: 1, maxLength: 128 }),
          fc.uint8Array({ minLength: 16, maxLength: 16 }),
          async (password, salt) => {
            assert.deepStrictEqual(await byWasm(password, salt, 64, 2, 1), byNode(password, salt, 64, 2, 1))
          }
        ),
        { numRuns: 50 }
      )
    }))

  it.effect("are kept as PHC strings with at least OWASP's parameters, a salt of 16 bytes and a tag of 32", () =>
    Effect.gen(function*() {
      const passwords = yield* Passwords
      const hash = yield* passwords.hash(secret("correct horse"))
      const [, memory, passes, parallelism, salt, tag] =
        /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$/.exec(hash) ?? []
      assert.isAtLeast(Number(memory), 19_456)
      assert.isAtLeast(Number(passes), 2)
      assert.isAtLeast(Number(parallelism), 1)
      const bytes = Buffer.from(salt ?? "", "base64")
      const again = byNode(Buffer.from("correct horse"), bytes, Number(memory), Number(passes), Number(parallelism))
      assert.strictEqual(bare(again), tag)
    }))

  it.effect("of another program are known too, with the parameters that they were made with", () =>
    Effect.gen(function*() {
      const passwords = yield* Passwords
      const salt = Buffer.from("somesaltsomesalt")
      const hash = outside + bare(byNode(Buffer.from("correct horse"), salt, 32_768, 3, 1))
      assert.isTrue(yield* passwords.verify(secret("correct horse"), hash))
      assert.isFalse(yield* passwords.verify(secret("another horse"), hash))
    }))

  it.effect("are outdated when they were made with less memory or fewer passes, or are no argon2id at all", () =>
    Effect.gen(function*() {
      const { isOutdated } = yield* Passwords
      const made = (parameters: string) => `$argon2id$v=19$${parameters}$c29tZXNhbHRzb21lc2FsdA$${"A".repeat(43)}`
      assert.deepStrictEqual(
        [
          made("m=19456,t=2,p=1"),
          made("m=65536,t=3,p=4"),
          made("m=19455,t=2,p=1"),
          made("m=65536,t=1,p=1"),
          made("m=19456,t=2,p=1").replace("argon2id", "argon2i"),
          "$2b$12$abcdefghijklmnopqrstuv",
          ""
        ].map(isOutdated),
        [false, false, true, true, true, true, true]
      )
    }))

  it.effect("of no known kind are a broken row, not a wrong password", () =>
    Effect.gen(function*() {
      const passwords = yield* Passwords
      const { reasons } = yield* Effect.flip(Effect.sandbox(passwords.verify(secret("x"), "$2b$12$abc")))
      assert.deepStrictEqual(reasons.map(({ _tag }) => _tag), ["Die"])
    }))
})

layer(Argon2Passwords.pipe(Layer.provide(SecureRandom.layerWebCrypto)))("a storm of sign-ins", (it) => {
  it.effect("is served up to twenty-two at once and turned away beyond that, and the next one comes in again", () =>
    Effect.gen(function*() {
      const passwords = yield* Passwords
      const hash = yield* passwords.hash(secret("correct horse"))
      const answers = yield* Effect.forEach(
        Array.from({ length: 30 }),
        (_, at) =>
          Effect.result(passwords.verify(secret(at % 2 === 0 ? "correct horse" : "no"), at % 3 === 0 ? null : hash)),
        { concurrency: "unbounded" }
      )
      const served = answers.flatMap((answer) => answer._tag === "Success" ? [answer.success] : [])
      const refused = answers.flatMap((answer) => answer._tag === "Failure" ? [answer.failure] : [])
      assert.deepStrictEqual([served.length, refused.length], [22, 8])
      assert.isTrue(refused.every((problem) => problem instanceof DependencyUnavailable))
      assert.deepStrictEqual(served, served.map((_, at) => at % 2 === 0 && at % 3 !== 0))
      assert.isTrue(yield* passwords.verify(secret("correct horse"), hash))
    }))

  it.effect("leaves room again when those who wait give up", () =>
    Effect.gen(function*() {
      const passwords = yield* Passwords
      const hash = yield* passwords.hash(secret("correct horse"))
      const verify = passwords.verify(secret("correct horse"), hash)
      // The first to be served ends the wait of all others.
      for (let storms = 0; storms < 3; storms++) {
        yield* Effect.raceAllFirst(Array.from({ length: 22 }, () => verify))
      }
      assert.isTrue(yield* verify)
    }))

  it.effect("keep their place while they are hashed, though whoever asked has hung up", () =>
    Effect.gen(function*() {
      const passwords = yield* Passwords
      const happened: Array<string> = []
      const asked = yield* Effect.forkChild(passwords.hash(secret("correct horse")))
      const turn = Effect.callback<void>((resume) => void setImmediate(() => resume(Effect.void)))
      yield* turn
      const gone = yield* Effect.forkChild(
        Effect.andThen(Fiber.interrupt(asked), Effect.sync(() => happened.push("hash is over")))
      )
      yield* turn
      happened.push("others are served")
      yield* Fiber.join(gone)
      assert.deepStrictEqual(happened, ["others are served", "hash is over"])
    }))
})
