import { assert, layer } from "@effect/vitest"
import { secretFile, UnusableSecret } from "@opsdesk/crypto/secretFile"
import { Cause, Effect, Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "opsdesk-secret-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
)

layer(SecureRandom.layerWebCrypto)("the desk's own secret", (it) => {
  it.effect("is made once by twenty programs that start at once, and only its owner may read it", () =>
    Effect.gen(function*() {
      const dataDir = join(yield* folder, "not", "there yet")
      const all = yield* Effect.forEach(Array.from({ length: 20 }), () => secretFile(dataDir), {
        concurrency: "unbounded"
      })
      const [secret = "", ...others] = new Set(all.map(Redacted.value))
      assert.deepStrictEqual(others, [])
      assert.match(secret, /^[A-Za-z0-9_-]{43}$/)
      yield* Effect.promise(async () => {
        assert.deepStrictEqual(await readdir(dataDir), ["secret"])
        assert.strictEqual(await readFile(join(dataDir, "secret"), "utf8"), secret)
        assert.strictEqual((await stat(join(dataDir, "secret"))).mode & 0o777, 0o600)
        assert.strictEqual((await stat(dataDir)).mode & 0o066, 0)
      })
      assert.strictEqual(Redacted.value(yield* secretFile(dataDir)), secret)
    }))

  it.effect("is another on another desk", () =>
    Effect.gen(function*() {
      const [one, other] = [yield* secretFile(yield* folder), yield* secretFile(yield* folder)]
      assert.notStrictEqual(Redacted.value(one), Redacted.value(other))
    }))

  it.effect("is read as it is when it came back from a copy, with a line's end", () =>
    Effect.gen(function*() {
      const dataDir = yield* folder
      yield* Effect.promise(async () => {
        await writeFile(join(dataDir, "secret"), "kept from another machine, long enough\n")
        await chmod(join(dataDir, "secret"), 0o600)
      })
      assert.strictEqual(Redacted.value(yield* secretFile(dataDir)), "kept from another machine, long enough")
    }))

  it.effect("is refused in one line when somebody has cut it off or emptied it", () =>
    Effect.gen(function*() {
      const dataDir = yield* folder
      for (const text of ["", "\n", "x".repeat(31)]) {
        yield* Effect.promise(() => writeFile(join(dataDir, "secret"), text))
        const error = Cause.squash(yield* Effect.flip(Effect.sandbox(secretFile(dataDir))))
        assert.instanceOf(error, UnusableSecret)
        assert.strictEqual(
          error.message,
          `${join(dataDir, "secret")} has less than 32 characters: put the right one back`
        )
      }
    }))
})
