import { Transaction } from "@opsdesk/capabilities/Transaction"
import { Array, Deferred, Duration, Effect, Exit, Schedule } from "effect"
import { SecureRandom } from "effect/crypto"
import type { Lease, Moved, Taken } from "./queueStatements.ts"
import { queueStatements } from "./queueStatements.ts"

/** Between two looks at a queue that has nothing: soon at first, then each second. */
const patience = Array.map([250, 500, 1000] as const, Duration.millis)
const patienceAfter = (looks: number) => patience[Math.min(looks, patience.length) - 1] ?? Duration.zero

/** A server that comes back soon finds the settlements; later the lease is over, and the messages come again. */
const settlesAgain = Schedule.exponential("200 millis").pipe(Schedule.jittered, Schedule.upTo({ times: 5 }))

/** What a consumer does with messages that it has taken: it answers with those that go elsewhere, and is done with the others. */
export type Work = (taken: ReadonlyArray<Taken>) => Effect.Effect<ReadonlyArray<Moved>>

/** How consumers take, keep and settle, whatever lies in the queue. Where the server is away, `sqlIsADefect` tells of it. */
export const makeRounds = Effect.fnUntraced(function*(lease: Duration.Duration) {
  const { reading } = yield* Transaction
  const statements = yield* queueStatements
  const random = yield* SecureRandom.SecureRandom

  // Rung whenever this process publishes. A hint: who does not hear it looks by itself a little later.
  let bell = Deferred.makeUnsafe<void>()
  const ring = Effect.sync(() => {
    Deferred.doneUnsafe(bell, Effect.void)
    bell = Deferred.makeUnsafe()
  })

  /** One that is lost does no harm: the next may be in time, and if none is, the token settles nothing any more. */
  const heartbeat = (held: Lease): Effect.Effect<never> =>
    reading(statements.renew(held, lease)).pipe(
      Effect.catchTag("DependencyUnavailable", () => Effect.void),
      Effect.delay(Duration.divideUnsafe(lease, 3)),
      Effect.forever
    )

  const settle = (held: Lease, moved: ReadonlyArray<Moved>) => {
    const elsewhere = new Set(moved.map(({ position }) => position))
    const done = { ...held, positions: held.positions.filter((position) => !elsewhere.has(position)) }
    return reading(statements.settle(done, moved)).pipe(
      Effect.retry(settlesAgain),
      Effect.catchTag(
        "DependencyUnavailable",
        () =>
          Effect.logWarning(`${held.positions.length} messages of ${held.queue} cannot be settled and will come again`)
      )
    )
  }

  /** If it cannot be said, the lease ends by itself. */
  const giveBack = (held: Lease) =>
    Effect.catchTag(reading(statements.giveBack(held)), "DependencyUnavailable", () => Effect.void)

  /** Hands out one chunk and settles it; answers with how many messages there were. */
  const round = Effect.fnUntraced(function*(queue: string, limit: number, work: Work) {
    const token = yield* random.uuidV4()
    const heldOf = (taken: ReadonlyArray<Taken>) => ({ queue, token, positions: taken.map(({ position }) => position) })
    return yield* Effect.acquireUseRelease(
      reading(statements.take(queue, token, limit, lease)),
      Effect.fnUntraced(function*(taken) {
        if (taken.length === 0) return 0
        const held = heldOf(taken)
        const moved = yield* Effect.raceFirst(work(taken), heartbeat(held))
        yield* Effect.uninterruptible(settle(held, moved))
        return taken.length
      }),
      (taken, exit) => Exit.isSuccess(exit) || taken.length === 0 ? Effect.void : giveBack(heldOf(taken))
    )
  })

  /** Looks again at once while there is something; else when the bell rings, or after a while. */
  const rounds = Effect.fnUntraced(function*(look: Effect.Effect<number>) {
    let empty = 0
    while (true) {
      const heard = bell
      empty = (yield* look) > 0 ? 0 : empty + 1
      if (empty > 0) yield* Effect.timeoutOption(Deferred.await(heard), patienceAfter(empty))
    }
  })

  return { ring, round, rounds, statements }
})
