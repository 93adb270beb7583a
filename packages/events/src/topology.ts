import type { Queue } from "@opsdesk/capabilities/Broker"
import { delaysAtMost } from "@opsdesk/capabilities/Broker"
import { Cause, Duration, Effect, Option, Schedule } from "effect"
import type { Consumer } from "./Consumer.ts"

/** The topic exchange that every event goes through; its type is the routing key. */
export const exchange = "opsdesk.events"

export const queueName = (consumer: string): string => `opsdesk.${consumer}`

/** The waits between six tries. */
export const usualSteps: ReadonlyArray<Duration.Duration> = [
  Duration.seconds(1),
  Duration.seconds(5),
  Duration.seconds(30),
  Duration.minutes(2),
  Duration.minutes(10)
]

/** A schedule that waits as the steps say, and then ends. */
export const retryAfter = (steps: ReadonlyArray<Duration.Duration>): Schedule.Schedule<number> =>
  Schedule.fromStep(Effect.sync(() => {
    let at = 0
    return () => {
      const step = steps[at]
      if (step === undefined) return Cause.done(at)
      at++
      return Effect.succeed<[number, Duration.Duration]>([at, step])
    }
  }))

/** The waits of a schedule, in order: a queue is made for each. */
export const delaysOf = (schedule: Schedule.Schedule<unknown>): Effect.Effect<ReadonlyArray<Duration.Duration>> =>
  Effect.gen(function*() {
    const next = yield* Schedule.toStep(schedule)
    const delays: Array<Duration.Duration> = []
    let now = 0
    while (delays.length < delaysAtMost) {
      const step = yield* Effect.option(next(now, undefined))
      if (Option.isNone(step)) break
      const [, delay] = step.value
      delays.push(delay)
      now += Duration.toMillis(delay)
    }
    return delays
  })

/** How many are on their way to a consumer at once, at most: it handles what has come together as one batch. */
const prefetch = 500

/** The queue of a consumer, with a delay for each step of its retries. */
export const queueOf = (
  { name, retry, types }: Pick<Consumer, "name" | "retry" | "types">,
  steps: ReadonlyArray<Duration.Duration> = usualSteps
): Effect.Effect<Queue> =>
  Effect.map(delaysOf(retry ?? retryAfter(steps)), (delays) => ({ name: queueName(name), types, delays, prefetch }))

const words: Readonly<Record<string, string>> = {
  "*": "[^.]+",
  ".": "[.]",
  "#": ".*",
  "#.": "(.*[.])?",
  ".#": "([.].*)?"
}

/** A pattern of AMQP (`*` is a word, `#` any number of them) as a regular expression of PostgreSQL; null for all. */
export const typePattern = (types: ReadonlyArray<string>): string | null => {
  if (types.includes("#")) return null
  const one = (type: string) => type.replaceAll(/#\.|\.?#|\*|\./g, (part) => words[part] ?? part)
  return `^(${types.map(one).join("|")})$`
}
