import { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import type { Scope } from "effect"
import { Deferred, Effect, Schedule } from "effect"
import type { Lost, Opened } from "./connection.ts"

export const unavailable = new DependencyUnavailable({ dependency: "rabbitmq" })

/** Soon at first, then every five seconds, each time a little off, so that programs do not come back as one. */
const comesBack = Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("5 seconds")]).pipe(
  Schedule.jittered
)

/** Tries until it is there, however long that takes: the schedule has no end. */
export const untilThere = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, never, R> =>
  effect.pipe(Effect.retry(comesBack), Effect.orDie)

/** Something on the wire that is opened anew each time it is lost, from its first use on. */
export interface Link<A> {
  /** It, as soon as it is there; fails when it is not there for two seconds. */
  readonly get: Effect.Effect<A, DependencyUnavailable>
  /** It, however long that takes. */
  readonly await: Effect.Effect<A>
}

/** `open` succeeds once everything is there that its users need. */
export const makeLink = Effect.fnUntraced(function*<A>(
  what: string,
  open: Effect.Effect<Opened<A>, Lost, Scope.Scope>
) {
  const scope = yield* Effect.scope
  let up = Deferred.makeUnsafe<A>()
  let isDown = false

  /** Ends when it was there and is lost; fails when it could not be opened. */
  const session = Effect.gen(function*() {
    const { it, lost } = yield* open
    if (isDown) yield* Effect.logInfo(`RabbitMQ is back: ${what}`)
    isDown = false
    Deferred.doneUnsafe(up, Effect.succeed(it))
    const { why } = yield* Effect.flip(lost)
    up = Deferred.makeUnsafe()
    yield* Effect.logWarning(`RabbitMQ is lost: ${what}: ${why}`)
    isDown = true
  }).pipe(
    Effect.scoped,
    Effect.tapError(({ why }) => {
      const told = isDown
      isDown = true
      return told ? Effect.void : Effect.logWarning(`RabbitMQ does not answer: ${what}: ${why}`)
    })
  )
  // The schedule begins anew with each connection that was there.
  const kept = session.pipe(untilThere, Effect.andThen(Effect.sleep("50 millis")), Effect.forever)
  const begin = yield* Effect.cached(Effect.asVoid(Effect.forkIn(kept, scope)))

  const waiting = Effect.andThen(begin, Effect.suspend(() => Deferred.await(up)))
  const link: Link<A> = {
    await: waiting,
    get: Effect.timeoutOrElse(waiting, { duration: "2 seconds", orElse: () => Effect.fail(unavailable) })
  }
  return link
})
