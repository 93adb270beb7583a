import { Duration, Option } from "effect"

/** What events wait between their tries where nothing else is said: five waits, six tries. */
export const usualRetrySteps = "1s,5s,30s,2m,10m"

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const
const isUnit = (unit: string | undefined): unit is keyof typeof units => unit !== undefined && unit in units

/** A step such as `500ms`, `1.5s` or `2m`, from a millisecond to a day. */
const stepOf = (text: string): Option.Option<Duration.Duration> => {
  const [, amount, unit] = /^(\d{1,6}(?:\.\d{1,3})?)(ms|s|m|h)$/.exec(text.trim()) ?? []
  const millis = isUnit(unit) ? Number(amount) * units[unit] : 0
  return millis >= 1 && millis <= 86_400_000 ? Option.some(Duration.millis(millis)) : Option.none()
}

/** A comma list of one to ten steps, or nothing where it is none. */
export const retryStepsOf = (text: string): Option.Option<ReadonlyArray<Duration.Duration>> => {
  const steps = text.split(",").map(stepOf)
  return steps.length > 10 ? Option.none() : Option.all(steps)
}
