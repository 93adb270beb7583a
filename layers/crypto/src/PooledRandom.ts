import { Layer } from "effect"
import { SecureRandom } from "effect/crypto"
import { randomFillSync } from "node:crypto"

/** So many bytes are asked of the system at once. */
const drawn = 4096

/** Up to so many come out of what was drawn; keys and other secrets that are longer are drawn for themselves. */
const small = 24

/**
 * Secure random bytes for ids, of which each request takes several: asking the system for a few costs as much as asking for
 * thousands. What was handed out is wiped from the pool, and nothing is handed out twice.
 */
export const makePool = (fill: (bytes: Uint8Array) => Uint8Array) => {
  const pool = new Uint8Array(drawn)
  let at = drawn
  return (size: number): Uint8Array => {
    if (size > small) return fill(new Uint8Array(size))
    if (at + size > drawn) {
      fill(pool)
      at = 0
    }
    const taken = pool.slice(at, at + size)
    pool.fill(0, at, at + size)
    at += size
    return taken
  }
}

export const PooledRandom = Layer.sync(
  SecureRandom.SecureRandom,
  () => SecureRandom.make(makePool((bytes) => randomFillSync(bytes)))
)
