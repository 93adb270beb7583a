import type { Kept } from "@opsdesk/capabilities/Cache"
import { Cache } from "@opsdesk/capabilities/Cache"
import { Metrics } from "@opsdesk/capabilities/Metrics"
import { makeOneLoad } from "@opsdesk/capabilities/oneLoad"
import { Clock, Effect, Layer, Random } from "effect"

export interface MemoryCacheOptions {
  /** How much may be kept, in bytes: beyond it goes what was used longest ago. */
  readonly mostBytes?: number
}

/** Beyond this many tags all of them are dropped: what is kept may be lost, but not what was dropped. */
const mostTags = 20_000
const usualMillis = 30_000
/** What an entry takes beside its key and its bytes, about. */
const overhead = 200

interface Entry {
  readonly stamp: string
  readonly bytes: Uint8Array
  readonly until: number
  readonly weight: number
}

/** Versions of tags. Each drop draws from one count, so that no version comes back. */
const makeVersions = () => {
  const versions = new Map<string, number>()
  let drops = 0
  let floor = 0
  const drop = (tag: string) => {
    if (versions.size >= mostTags && !versions.has(tag)) {
      versions.clear()
      floor = ++drops
    }
    versions.set(tag, ++drops)
  }
  const stampOf = (tags: ReadonlyArray<string>) => tags.map((tag) => versions.get(tag) ?? floor).join(".")
  return { drop, stampOf }
}

/** Entries in the order of their use, the longest unused first. */
const makeEntries = (mostBytes: number) => {
  const entries = new Map<string, Entry>()
  let weight = 0
  const remove = (key: string) => {
    weight -= entries.get(key)?.weight ?? 0
    entries.delete(key)
  }
  const find = (key: string, stamp: string, at: number): Uint8Array | null => {
    const entry = entries.get(key)
    if (entry === undefined) return null
    entries.delete(key)
    if (entry.stamp !== stamp || entry.until <= at) {
      weight -= entry.weight
      return null
    }
    entries.set(key, entry)
    return entry.bytes
  }
  const keep = (key: string, stamp: string, bytes: Uint8Array, until: number) => {
    remove(key)
    const entry = { stamp, bytes, until, weight: bytes.byteLength + 2 * (key.length + stamp.length) + overhead }
    if (entry.weight > mostBytes) return
    entries.set(key, entry)
    weight += entry.weight
    for (const oldest of entries.keys()) {
      if (weight <= mostBytes) break
      remove(oldest)
    }
  }
  return { find, keep }
}

/** What is kept in this process, for a desk that runs as one. */
export const MemoryCache = ({ mostBytes = 32 * 1024 * 1024 }: MemoryCacheOptions = {}) =>
  Layer.effect(
    Cache,
    Effect.gen(function*() {
      const metrics = yield* Metrics
      const versions = makeVersions()
      const entries = makeEntries(mostBytes)
      const oneLoad = makeOneLoad()

      const loadAndKeep = <E, R>(
        key: string,
        tags: ReadonlyArray<string>,
        stamp: string,
        load: Effect.Effect<Uint8Array, E, R>
      ) =>
        Effect.gen(function*() {
          const bytes = yield* load
          const millis = usualMillis * (yield* Random.nextBetween(0.9, 1.1))
          // What was dropped meanwhile is in the way of what is newer.
          if (versions.stampOf(tags) === stamp) {
            entries.keep(key, stamp, bytes, (yield* Clock.currentTimeMillis) + millis)
          }
          return bytes
        })

      return Cache.of({
        getOrLoad: <E, R>({ cache, key, tags }: Kept, load: Effect.Effect<Uint8Array, E, R>) =>
          Effect.clockWith((clock) => {
            // Read before the load begins: what is dropped while it runs makes its answer one of before.
            const stamp = versions.stampOf(tags)
            const found = entries.find(key, stamp, clock.currentTimeMillisUnsafe())
            metrics.cacheAsked(cache, found === null ? "miss" : "hit")
            return found === null
              ? oneLoad(`${stamp} ${key}`, loadAndKeep(key, tags, stamp, load))
              : Effect.succeed(found)
          }),
        drop: (tags) => Effect.sync(() => tags.forEach(versions.drop))
      })
    })
  )
