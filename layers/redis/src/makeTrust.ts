import { CacheGeneration } from "@opsdesk/capabilities/CacheGeneration"
import { Clock, Duration, Effect, Exit, Latch, Schedule } from "effect"

/** When an instance reads the generation again, counted in milliseconds from when it began to read: well before it has to. */
const readAgainAfterMillis = 100
/** How long it finds things by what it has read, counted likewise. */
const findsForMillis = 200
/** By then every instance has noticed that another generation is wanted, and has ended what it had begun to look up. */
const noticedAfterMillis = 400
/** A cache that comes and goes is not tried each time that it comes; until it is tried, nobody keeps anything. */
const triedAfterMillis = 1000
/**
 * How long it drops things by what it has read. Should another generation have been wanted since, its first answers are
 * made later than whatever is dropped now has changed, as nothing is kept before it has been tried.
 */
const dropsForMillis = 500

const millisSince = (earlier: bigint, now: bigint) => Number(now - earlier) / 1e6

const again = Schedule.spaced("250 millis")

/**
 * Whether what is kept can be relied upon. From when something could not be dropped, no instance looks at what is kept
 * until the cache has taken a mark; from then on all keep under another number, where nothing of before is found.
 */
export const makeTrust = Effect.fnUntraced(function*(
  takesMark: (desk: string, wanted: number) => Effect.Effect<void, unknown>
) {
  const generation = yield* CacheGeneration
  const amiss = yield* Latch.make(false)
  /** Something could not be dropped, and the others do not know yet. */
  let untold = false

  const [look, lookAnew] = yield* Effect.cachedInvalidateWithTTL(
    Effect.gen(function*() {
      const at = yield* Clock.monotonicTimeNanos
      const read = yield* generation.current
      return { ...read, at, took: millisSince(at, yield* Clock.monotonicTimeNanos) }
    }),
    (exit) => Duration.millis(Exit.isSuccess(exit) ? Math.max(0, readAgainAfterMillis - exit.value.took) : 0)
  )

  /** Where things lie, as far as what has been read of it is good for so long; null while nothing can be relied upon. */
  const placeFor = (goodForMillis: number) =>
    Effect.gen(function*() {
      const { acknowledged, at, desk, wanted } = yield* look
      const isGood = millisSince(at, yield* Clock.monotonicTimeNanos) <= goodForMillis
      if (!untold && acknowledged === wanted && isGood) return `${desk}:${wanted}`
      yield* amiss.open
      return null
    }).pipe(Effect.catch(() => Effect.succeed(null)))

  const tell = Effect.gen(function*() {
    untold = true
    yield* amiss.open
    const told = yield* generation.wantAnother
    untold = false
    yield* lookAnew
    return told
  })

  /** Something could not be dropped: goes on once nobody finds it any more. */
  const distrust = Effect.gen(function*() {
    const { wantedForMillis } = yield* tell
    if (wantedForMillis < noticedAfterMillis) yield* Effect.sleep(noticedAfterMillis - wantedForMillis)
  })

  const repair = Effect.gen(function*() {
    if (untold) yield* tell
    const { acknowledged, desk, wanted, wantedForMillis } = yield* generation.current
    if (acknowledged === wanted) return yield* amiss.close
    if (wantedForMillis < triedAfterMillis) return
    yield* takesMark(desk, wanted)
    yield* generation.acknowledge(wanted)
    yield* lookAnew
  })

  yield* Effect.andThen(amiss.await, Effect.ignore(repair)).pipe(Effect.repeat(again), Effect.forkScoped)

  return { toFind: placeFor(findsForMillis), toDrop: placeFor(dropsForMillis), distrust }
})
