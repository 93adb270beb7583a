import type { Failpoint } from "@opsdesk/capabilities/Failpoints"
import { Failpoints, failpoints } from "@opsdesk/capabilities/Failpoints"
import { Effect, Layer, Random } from "effect"
import { writeSync } from "node:fs"
import process from "node:process"

/** How a process ends: by a signal from outside at any moment of its work, or by itself at a failpoint. */
export type Fate =
  | { readonly _tag: "AnyMoment" }
  | { readonly _tag: "At"; readonly point: Failpoint; readonly nth: number }

/** So many fates: each failpoint in turn, and a moment of chance after each round of them. */
export const fates = (kills: number, points: ReadonlyArray<Failpoint>, nthAtMost: number) =>
  Effect.forEach(
    Array.from({ length: kills }),
    (_, at) =>
      Effect.map(Random.nextIntBetween(1, nthAtMost), (nth): Fate => {
        const point = points[at % (points.length + 1)]
        return point === undefined ? { _tag: "AnyMoment" } : { _tag: "At", point, nth }
      })
  )

const diesAt = "OPSDESK_TEST_DIES_AT"

/** What a test tells a program of its own about how it ends. */
export const variablesOf = (fate: Fate | null): Record<string, string> =>
  fate?._tag === "At" ? { [diesAt]: `${fate.point}:${fate.nth}` } : {}

const freezesAt = "OPSDESK_TEST_FREEZES_AT"

/** What a test tells a program of its own about where it stops (SIGSTOP), one place after another. */
export const freezingAt = (points: ReadonlyArray<Failpoint>): Record<string, string> => ({ [freezesAt]: points.join() })

/** A line that a process says when it stops for the n-th time. */
export const frozen = (nth: number): string => `frozen ${nth}`

/** A line that a process says when it has met its first failpoint: from then on it has something to lose. */
export const atWork = "at work"

/** A line that a process says when its failpoints count, where that is not from the start. */
export const armed = "armed"

// Written at once, past any buffer: whoever says it may be dead a moment later.
const say = (line: string) => void writeSync(1, `${line}\n`)

const told = () => {
  const [name, nth] = (process.env[diesAt] ?? "").split(":")
  return { point: failpoints.find((point) => point === name), nth: Number(nth) }
}

const killingAfter = (isArmed: () => boolean) =>
  Layer.sync(Failpoints, () => {
    const { nth, point } = told()
    const freezes = (process.env[freezesAt] ?? "").split(",")
    let isAtWork = false
    let frosts = 0
    let times = 0
    return {
      reached: (here) =>
        Effect.sync(() => {
          if (!isAtWork) say(atWork)
          isAtWork = true
          if (here === point && isArmed() && ++times === nth) process.kill(process.pid, "SIGKILL")
          if (here === freezes[frosts]) {
            say(frozen(++frosts))
            process.kill(process.pid, "SIGSTOP")
          }
        })
    }
  })

/**
 * Ends the process by SIGKILL when it reaches the failpoint that a test has named for the n-th time, and stops it at those
 * that a test has named for that. For programs of tests only: no program of the desk has this layer.
 */
export const Killing = killingAfter(() => true)

/** The same, counting from when the process is sent SIGUSR2: what it does before that at its start is nobody's concern. */
export const KillingOnceArmed = Layer.suspend(() => {
  let isArmed = false
  process.on("SIGUSR2", () => {
    isArmed = true
    say(armed)
  })
  return killingAfter(() => isArmed)
})
