import { Passwords } from "@opsdesk/capabilities/Passwords"
import { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import { Effect, Layer, Redacted, Semaphore } from "effect"
import { Result } from "effect"
import { Mac, SecureRandom } from "effect/crypto"
import { Base64 } from "effect/encoding"
import { argon2id as wasmArgon2id } from "hash-wasm"
import * as nodeCrypto from "node:crypto"

interface Parameters {
  /** KiB. */
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
}

/** OWASP's recommendation for argon2id (Password Storage Cheat Sheet); RFC 9106 names the parameters. */
const today: Parameters = { memory: 19_456, passes: 2, parallelism: 1 }
const saltLength = 16
const tagLength = 32

/** So many run at once, and so many wait: beyond that a storm of sign-ins is turned away instead of slowing the desk. */
const running = 2
const waiting = 20

/** Node's own argon2 runs on its thread pool. Deno has none, so WebAssembly takes its place there. */
const argon2id = (message: Uint8Array, nonce: Uint8Array, parameters: Parameters, length: number) =>
  "argon2" in nodeCrypto
    ? Effect.callback<Uint8Array>((resume) => {
      nodeCrypto.argon2("argon2id", {
        message,
        nonce,
        memory: parameters.memory,
        passes: parameters.passes,
        parallelism: parameters.parallelism,
        tagLength: length
      }, (error, tag) => resume(error === null ? Effect.succeed(tag) : Effect.die(error)))
    })
    : Effect.promise(() =>
      wasmArgon2id({
        password: message,
        salt: nonce,
        memorySize: parameters.memory,
        iterations: parameters.passes,
        parallelism: parameters.parallelism,
        hashLength: length,
        outputType: "binary"
      })
    )

const phc = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

const bare = (bytes: Uint8Array) => Base64.encode(bytes).replaceAll("=", "")
const bytesOf = (text: string) =>
  Result.getOrElse(Base64.decode(text.padEnd(Math.ceil(text.length / 4) * 4, "=")), () => new Uint8Array(0))

const parse = (hash: string) => {
  const [, memory, passes, parallelism, salt, tag] = phc.exec(hash) ?? []
  if (salt === undefined || tag === undefined) return null
  return {
    parameters: { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    salt: bytesOf(salt),
    tag: bytesOf(tag)
  }
}

export const Argon2Passwords = Layer.effect(
  Passwords,
  Effect.gen(function*() {
    const random = yield* SecureRandom.SecureRandom
    const slots = yield* Semaphore.make(running)
    let pending = 0

    const bounded = <A>(work: Effect.Effect<A>): Effect.Effect<A, DependencyUnavailable> =>
      Effect.suspend(() => {
        if (pending >= running + waiting) return Effect.fail(new DependencyUnavailable({ dependency: "passwords" }))
        pending++
        // Who hangs up may leave the queue; a hash that runs cannot be stopped, and keeps its place until it is over.
        return Effect.ensuring(
          slots.withPermits(1)(Effect.uninterruptible(work)),
          Effect.sync(() => void pending--)
        )
      })

    const text = (password: Redacted.Redacted<string>) =>
      new TextEncoder().encode(Redacted.value(password).normalize("NFKC"))

    const make = Effect.fnUntraced(function*(password: Redacted.Redacted<string>) {
      const salt = yield* random.randomBytes(saltLength)
      const tag = yield* argon2id(text(password), salt, today, tagLength)
      return `$argon2id$v=19$m=${today.memory},t=${today.passes},p=${today.parallelism}$${bare(salt)}$${bare(tag)}`
    })

    // What an unknown account is compared with: costs the same, matches nothing.
    const decoy = yield* make(Redacted.make(bare(yield* random.randomBytes(32))))

    return Passwords.of({
      hash: (password) => bounded(make(password)),
      verify: (password, hash) => {
        const known = parse(hash ?? decoy)
        if (known === null) return Effect.die(new Error("a password hash is not a PHC string of argon2id"))
        return bounded(
          Effect.map(
            argon2id(text(password), known.salt, known.parameters, known.tag.length),
            (tag) => Mac.timingSafeEqual(tag, known.tag) && hash !== null
          )
        )
      },
      isOutdated: (hash) => {
        const known = parse(hash)
        return known === null || known.parameters.memory < today.memory || known.parameters.passes < today.passes
      }
    })
  })
)
