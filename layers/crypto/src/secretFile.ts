import { Data, Effect, Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import { Base64Url } from "effect/encoding"
import * as fs from "node:fs/promises"
import * as path from "node:path"

const isThere = (error: unknown) =>
  typeof error === "object" && error !== null && "code" in error && error.code === "EEXIST"

/** One clear line for the operator. */
export class UnusableSecret extends Data.TaggedError("UnusableSecret")<{ readonly message: string }> {}

/**
 * The desk's secret where the operator gives none: made once in the data directory and read from then on. Linked into
 * place whole, so programs that start together all read the same one, and a kill leaves none or all of it.
 */
export const secretFile = Effect.fnUntraced(function*(dataDir: string) {
  const random = yield* SecureRandom.SecureRandom
  const fresh = Base64Url.encode(yield* random.randomBytes(32))
  const name = Base64Url.encode(yield* random.randomBytes(9))
  const file = path.join(dataDir, "secret")
  const secret = yield* Effect.promise(async () => {
    // Root's embedded PostgreSQL runs as a user of its own, who passes through this folder without reading it.
    await fs.mkdir(dataDir, { recursive: true, mode: globalThis.process.getuid?.() === 0 ? 0o711 : 0o700 })
    const draft = path.join(dataDir, `.secret-${name}`)
    await fs.writeFile(draft, fresh, { mode: 0o600, flag: "wx", flush: true })
    try {
      await fs.link(draft, file)
    } catch (error) {
      if (!isThere(error)) throw error
    } finally {
      await fs.unlink(draft)
    }
    return (await fs.readFile(file, "utf8")).trim()
  })
  if (secret.length >= 32) return Redacted.make(secret)
  return yield* Effect.die(
    new UnusableSecret({ message: `${file} has less than 32 characters: put the right one back` })
  )
})
