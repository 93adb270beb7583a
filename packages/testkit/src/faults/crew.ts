import { Deferred, Effect, Random } from "effect"
import process from "node:process"
import type { Program } from "../RunningProgram.ts"
import type { Fate } from "./killing.ts"
import { atWork } from "./killing.ts"

/** Long enough for a machine that has other things to do. */
const patience = "5 minutes"

/** Waits until a program has said a line. */
export const untilSaid = (line: string, program: Program) =>
  Effect.callback<void>((resume) => {
    const leave = () => program.child.stdout?.off("data", look)
    const look = () => {
      if (!program.output().stdout.split("\n").includes(line)) return
      leave()
      resume(Effect.void)
    }
    program.child.stdout?.on("data", look)
    look()
    return Effect.sync(leave)
  })

const gaveUp = (what: string, program: Program) =>
  Effect.suspend(() => Effect.die(new Error(`${what}: ${JSON.stringify(program.output()).slice(-4000)}`)))

/** Kills a program and all that it has started, in the middle of whatever they do. */
export const killGroup = ({ child }: Program) =>
  Effect.sync(() => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      process.kill(-child.pid, "SIGKILL")
    }
  })

/** Lets a program that has stopped go on, as if no time had passed for it. */
export const thaw = ({ child }: Program) =>
  Effect.sync(() => {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGCONT")
  })

const meets = Effect.fnUntraced(function*(fate: Fate, program: Program) {
  const inTime = (what: string) => <A>(effect: Effect.Effect<A>) =>
    Effect.timeoutOrElse(effect, { duration: patience, orElse: () => gaveUp(what, program) })
  if (fate._tag === "AnyMoment") {
    yield* inTime("it never came to work")(untilSaid(atWork, program))
    yield* Effect.sleep(`${yield* Random.nextIntBetween(1, 400)} millis`)
    yield* killGroup(program)
  }
  const end = yield* inTime(fate._tag === "At" ? `${fate.point} was never reached` : "it does not die")(program.ended)
  if (end !== "SIGKILL") return yield* gaveUp(`it ended with ${end}`, program)
})

export interface Crew<E> {
  /** When each fate has been met; fails when one of the processes does otherwise. */
  readonly survived: Effect.Effect<void, E>
  /** How many processes were killed so far. */
  readonly kills: () => number
}

/**
 * Keeps so many processes running for as long as the scope lives. Each that starts is given the next fate, and another
 * takes its place when it has met it; those that start when none is left stay. Programs must be groups of their own.
 */
export const crewOf = Effect.fnUntraced(function*<E, R>(
  members: number,
  all: ReadonlyArray<Fate>,
  start: (fate: Fate | null) => Effect.Effect<Program, E, R>
) {
  const survived = yield* Deferred.make<void>()
  const waiting = [...all]
  let kills = 0
  const doomed = (fate: Fate) =>
    Effect.scoped(Effect.gen(function*() {
      yield* meets(fate, yield* start(fate))
      if (++kills === all.length) yield* Deferred.succeed(survived, undefined)
    }))
  const steady = Effect.gen(function*() {
    const program = yield* start(null)
    const end = yield* program.ended
    return yield* gaveUp(`nobody told it to end, and it ended with ${end}`, program)
  })
  const member = Effect.gen(function*() {
    for (;;) {
      const fate = waiting.shift()
      if (fate === undefined) return yield* Effect.scoped(steady)
      yield* doomed(fate)
    }
  })
  if (all.length === 0) yield* Deferred.succeed(survived, undefined)
  const lost = yield* Deferred.make<never, E>()
  yield* Effect.forkScoped(
    Effect.all(Array.from({ length: members }, () => member), { concurrency: "unbounded", discard: true }).pipe(
      Effect.catchCause((cause) => Deferred.failCause(lost, cause))
    )
  )
  const crew: Crew<E> = {
    survived: Effect.raceFirst(Deferred.await(survived), Deferred.await(lost)),
    kills: () => kills
  }
  return crew
})
