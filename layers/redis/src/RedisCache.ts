import type { Kept } from "@opsdesk/capabilities/Cache"
import { Cache } from "@opsdesk/capabilities/Cache"
import { Metrics } from "@opsdesk/capabilities/Metrics"
import { makeOneLoad } from "@opsdesk/capabilities/oneLoad"
import type { Redacted } from "effect"
import { Effect, Exit, Layer, Random } from "effect"
import { SecureRandom } from "effect/crypto"
import { clientOf, connect, makeBreaker, onTheWay } from "./impatient.ts"
import type { Named } from "./keptInRedis.ts"
import { keptInRedis } from "./keptInRedis.ts"
import { makeTrust } from "./makeTrust.ts"
import { serverOf } from "./serverOf.ts"

export interface RedisCacheOptions {
  readonly url: Redacted.Redacted<string>
  /** Before the names of all keys, as others may share a Redis. */
  readonly prefix?: string
  /** How long what somebody else is making is waited for, in milliseconds; 250, if not given. */
  readonly patienceMillis?: number
}

const usualMillis = 30_000
const mostBytes = 512 * 1024
/** Who makes an answer is trusted to be at it for so long, and waited for by other processes for less. */
const leaseMillis = 2000
const usualPatienceMillis = 250
const pollMillis = 10

/**
 * What the instances of a desk keep together in Redis. A Redis that is slow or away makes answers slower, and never wrong:
 * after a few failures in a row nobody asks it for a moment, and what it could not drop is not relied upon.
 */
export const RedisCache = (
  { patienceMillis = usualPatienceMillis, prefix = "opsdesk:", url }: RedisCacheOptions
) =>
  Layer.effect(
    Cache,
    Effect.gen(function*() {
      const metrics = yield* Metrics
      const random = yield* SecureRandom.SecureRandom
      const asking = yield* makeBreaker((answers) =>
        Effect.logWarning(
          answers ? "Redis answers: things are kept again" : "Redis does not answer: nothing is kept"
        )
      )
      const scope = yield* Effect.scope
      const client = yield* clientOf(url, onTheWay)
      const server = serverOf(client)
      const kept = keptInRedis(client)
      const oneLoad = makeOneLoad()
      const trust = yield* makeTrust((desk, wanted) => asking(kept.mark(`${prefix}cache:${desk}:generation`, wanted)))

      yield* Effect.ignore(connect(client))

      /** Where things lie at the moment, or null while they cannot be relied upon. */
      const placeOf = (under: string | null) => {
        const run = server()
        return under === null || run === null ? null : `${prefix}cache:${under}:${run}:`
      }
      const toFind = Effect.map(trust.toFind, placeOf)
      const toDrop = Effect.map(trust.toDrop, placeOf)
      const tagsAt = (at: string, tags: ReadonlyArray<string>) => tags.map((tag) => `${at}tag:${tag}`)

      /** Whoever has the answer need not wait until it is kept: what this instance asks next comes after it. */
      const loadAndKeep = <E, R>(named: Named, stamp: string, fresh: string, load: Effect.Effect<Uint8Array, E, R>) =>
        Effect.onExit(load, (exit) =>
          Effect.gen(function*() {
            const bytes = Exit.isSuccess(exit) && exit.value.byteLength <= mostBytes ? exit.value : null
            const millis = Math.round(usualMillis * (yield* Random.nextBetween(0.9, 1.1)))
            yield* Effect.ignore(asking(kept.end(named, fresh, stamp, bytes, millis)))
          }).pipe(Effect.forkIn(scope, { startImmediately: true })))

      const make = Effect.fnUntraced(function*<E, R>(named: Named, load: Effect.Effect<Uint8Array, E, R>) {
        const fresh = yield* random.uuidV4()
        for (let waited = 0; waited < patienceMillis; waited += pollMillis) {
          const begun = yield* Effect.option(asking(kept.begin(named, fresh, leaseMillis)))
          if (begun._tag === "None") break
          const { bytes, ours, stamp } = begun.value
          if (bytes !== null) return bytes
          if (ours) return yield* loadAndKeep(named, stamp, fresh, load)
          yield* Effect.sleep(pollMillis)
        }
        return yield* load
      })

      const getOrLoad = Effect.fnUntraced(function*<E, R>(
        { cache, key, tags }: Kept,
        load: Effect.Effect<Uint8Array, E, R>
      ) {
        const at = yield* toFind
        const named = { entry: `${at}entry:${key}`, lease: `${at}lease:${key}`, tags: tagsAt(at ?? "", tags) }
        const found = at === null
          ? null
          : yield* asking(kept.find(named)).pipe(Effect.catch(() => Effect.succeed(null)))
        if (found === null) {
          metrics.cacheAsked(cache, "error")
          return yield* load
        }
        metrics.cacheAsked(cache, found.bytes === null ? "miss" : "hit")
        // Whoever asks after a drop finds another stamp, and does not wait for what began to be made before it.
        return found.bytes ?? (yield* oneLoad(`${found.stamp} ${named.entry}`, make(named, load)))
      })

      const drop = Effect.fnUntraced(function*(tags: ReadonlyArray<string>) {
        if (tags.length === 0) return
        const at = yield* toDrop
        const dropped = at !== null &&
          (yield* Effect.isSuccess(asking(kept.drop(tagsAt(at, tags), yield* random.uuidV4()))))
        if (!dropped) yield* trust.distrust
      })

      return Cache.of({ getOrLoad, drop })
    })
  )
