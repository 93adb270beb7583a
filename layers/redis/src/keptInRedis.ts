import { Effect, Schema } from "effect"
import type { Redis } from "ioredis"
import { script } from "./script.ts"

/** For how long a version of a tag stands: far longer than any entry and any load, so that neither outlives it. */
const tagMillis = 600_000

/**
 * An entry is good while its tags have the versions that it was kept under. Versions are drawn at random and never come
 * back: also a tag that Redis has lost begins with a new one. What lies there: versions, a line end, the bytes.
 */
const lineEnd = 10

/**
 * What has been kept by now, or a lease on making it. Draws versions of tags that have none. The other values are 1 where
 * the lease is ours, and the versions.
 */
const beginning = script(`
local stamps = {}
for i = 3, #KEYS do
  local version = redis.call('GET', KEYS[i])
  if not version then
    version = ARGV[1]
    redis.call('SET', KEYS[i], version, 'PX', ARGV[2])
  end
  stamps[#stamps + 1] = version
end
local stamp = table.concat(stamps, '.')
local entry = redis.call('GET', KEYS[2])
if entry and string.sub(entry, 1, #stamp + 1) == stamp .. '\\n' then return {0, stamp, entry} end
local held = redis.call('GET', KEYS[1])
if held and string.sub(held, 37) == stamp then return {0, stamp} end
redis.call('SET', KEYS[1], ARGV[1] .. stamp, 'PX', ARGV[3])
return {1, stamp}
`)

/** Who has lost the lease has lost it to somebody whose answer is newer, or has taken too long: it keeps nothing. */
const ending = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
if ARGV[2] ~= '' then redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3]) end
return 1
`)

const dropping = script(`
for i = 1, #KEYS do redis.call('SET', KEYS[i], ARGV[1], 'PX', ARGV[2]) end
return #KEYS
`)

const Bytes = Schema.Uint8Array
const decodeBegun = Schema.decodeUnknownEffect(
  Schema.TupleWithRest(Schema.Tuple([Schema.Int, Bytes]), [Bytes])
)
const text = new TextDecoder("latin1")

export interface Begun {
  /** Whether it is for us to make the answer; else somebody else is at it. */
  readonly ours: boolean
  readonly stamp: string
  /** What has been kept meanwhile, or null. */
  readonly bytes: Uint8Array | null
}

/** What a key and its tags are called there. */
export interface Named {
  readonly entry: string
  readonly lease: string
  readonly tags: ReadonlyArray<string>
}

/** How many tags one command drops at most: Redis does nothing else meanwhile. */
const atOnce = 1000

export const keptInRedis = (client: Redis) => ({
  /** The versions of the tags as they are, and what is kept if it is good: one way there and back. */
  find: ({ entry, tags }: Named) =>
    Effect.map(
      Effect.tryPromise({ try: () => client.mgetBuffer(entry, ...tags), catch: (error) => error }),
      ([value, ...versions]) => {
        const stamp = versions.map((version) => version?.toString("latin1") ?? "-").join(".")
        if (value === null || value === undefined) return { stamp, bytes: null }
        const at = value.indexOf(lineEnd)
        const isGood = at === stamp.length && value.toString("latin1", 0, at) === stamp
        return { stamp, bytes: isGood ? value.subarray(at + 1) : null }
      }
    ),

  begin: ({ entry, lease, tags }: Named, fresh: string, leaseMillis: number) =>
    beginning(client, [lease, entry, ...tags], [fresh, tagMillis, leaseMillis]).pipe(
      Effect.flatMap(decodeBegun),
      Effect.map(([ours, stamp, found]): Begun => ({
        ours: ours === 1,
        stamp: text.decode(stamp),
        bytes: found === undefined ? null : found.subarray(stamp.length + 1)
      }))
    ),

  /** Gives the lease back, with what was made, or null where nothing came of it. */
  end: ({ entry, lease }: Named, fresh: string, stamp: string, bytes: Uint8Array | null, millis: number) =>
    Effect.asVoid(ending(client, [lease, entry], [
      fresh + stamp,
      bytes === null ? "" : Buffer.concat([Buffer.from(`${stamp}\n`, "latin1"), bytes]),
      millis
    ])),

  drop: (tags: ReadonlyArray<string>, fresh: string) =>
    Effect.all(
      Array.from({ length: Math.ceil(tags.length / atOnce) }, (_, at) =>
        dropping(client, tags.slice(at * atOnce, (at + 1) * atOnce), [fresh, tagMillis])),
      { concurrency: "unbounded", discard: true }
    ),

  /** Whether it takes what it is given. */
  mark: (key: string, value: number) =>
    Effect.asVoid(Effect.tryPromise({ try: () => client.set(key, value), catch: (error) => error }))
})
