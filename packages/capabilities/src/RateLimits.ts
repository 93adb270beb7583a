import { RateLimited } from "@opsdesk/kernel/Problem"
import { Context, Duration, Effect, Layer } from "effect"
import { RateLimiter } from "effect/persistence"
import type { LimitFigures, Policy, PolicyName } from "./LimitFigures.ts"
import { policiesOf } from "./LimitFigures.ts"

/** What is left of a policy for somebody, after something was taken or refused. */
export interface Allowance {
  readonly policy: Policy
  readonly granted: boolean
  readonly remaining: number
  /** Whole seconds until all is back; after a refusal, until there is something again. */
  readonly seconds: number
  /** As if it had not been taken. */
  readonly giveBack: Effect.Effect<void>
}

/** The allowances that a request has met, the latest of each policy: its answer tells them. `null` where nobody asks. */
export class MetAllowances extends Context.Reference<Map<string, Allowance> | null>(
  "@opsdesk/capabilities/MetAllowances",
  { defaultValue: () => null }
) {}

interface Shape {
  readonly take: (policy: PolicyName, key: string) => Effect.Effect<Allowance>
  /** Takes, or refuses with how long to wait. */
  readonly spend: (policy: PolicyName, key: string) => Effect.Effect<Allowance, RateLimited>
  /** Whether nothing is left, without taking. */
  readonly isSpent: (policy: PolicyName, key: string) => Effect.Effect<boolean>
  /** Gives everything back. */
  readonly forget: (policy: PolicyName, key: string) => Effect.Effect<void>
}

const nothing: Effect.Effect<void> = Effect.void

const wholeSeconds = (duration: Duration.Duration) => Math.max(1, Math.ceil(Duration.toSeconds(duration)))

/** All of it is there. */
const whole = (policy: Policy): Allowance => ({
  policy,
  granted: true,
  remaining: policy.most,
  seconds: 0,
  giveBack: nothing
})

/** Policies on Effect's limiter, one bucket for each thing that comes back alone. */
const limiting = (figures: LimitFigures) =>
  Effect.gen(function*() {
    const limiter = yield* RateLimiter.RateLimiter
    const policies = policiesOf(figures)

    /** Null where the bucket is empty; where the store is away nobody is refused for that, but somebody hears of it. */
    const consume = (key: string, most: number, window: Duration.Duration, tokens: number) =>
      limiter.consume({ algorithm: "token-bucket", onExceeded: "fail", key, limit: most, window, tokens }).pipe(
        Effect.map(({ remaining, resetAfter }) => ({ granted: true, remaining, after: resetAfter })),
        Effect.catchTag("RateLimiterError", ({ reason }) =>
          reason._tag === "RateLimitExceeded"
            ? Effect.succeed({ granted: false, remaining: 0, after: reason.retryAfter })
            : Effect.as(Effect.logWarning("limits are not counted", reason), {
              granted: true,
              remaining: most,
              after: Duration.zero
            }))
      )

    const evenly = Effect.fnUntraced(function*(policy: Policy, key: string) {
      const { after, granted, remaining } = yield* consume(key, policy.most, policy.window, 1)
      const giveBack = granted ? Effect.asVoid(consume(key, policy.most, policy.window, -1)) : nothing
      return { policy, granted, remaining: Math.floor(remaining), seconds: wholeSeconds(after), giveBack }
    })

    const tell = (allowance: Allowance) =>
      Effect.map(MetAllowances, (met) => {
        if (allowance.policy.untold !== true || !allowance.granted) met?.set(allowance.policy.name, allowance)
      })

    const places = (policy: Policy, key: string) => Array.from({ length: policy.most }, (_, at) => `${key}:${at}`)

    const singly = Effect.fnUntraced(function*(policy: Policy, key: string) {
      let taken: string | undefined
      let remaining = 0
      let soonest = Duration.infinity
      let latest = Duration.zero
      for (const place of places(policy, key)) {
        const { after, granted, remaining: left } = yield* consume(place, 1, policy.window, taken === undefined ? 1 : 0)
        if (!granted) soonest = Duration.min(soonest, after)
        latest = Duration.max(latest, after)
        if (granted && taken === undefined) taken = place
        else if (granted && left >= 1) remaining++
      }
      const giveBack = taken === undefined ? nothing : Effect.asVoid(consume(taken, 1, policy.window, -1))
      const seconds = wholeSeconds(taken === undefined ? soonest : latest)
      return { policy, granted: taken !== undefined, remaining, seconds, giveBack }
    })

    const take: Shape["take"] = Effect.fnUntraced(function*(name, key) {
      const policy = policies[name]
      const allowance = yield* (policy.comesBack === "evenly" ? evenly : singly)(policy, `${policy.name}:${key}`)
      yield* tell(allowance)
      return allowance
    })

    return RateLimits.of({
      take,
      spend: Effect.fnUntraced(function*(name, key) {
        const allowance = yield* take(name, key)
        return allowance.granted ? allowance : yield* new RateLimited({ retryAfter: allowance.seconds })
      }),
      isSpent: Effect.fnUntraced(function*(name, key) {
        const policy = policies[name]
        const kept = `${policy.name}:${key}`
        for (const place of policy.comesBack === "evenly" ? [kept] : places(policy, kept)) {
          const most = policy.comesBack === "evenly" ? policy.most : 1
          if ((yield* consume(place, most, policy.window, 0)).remaining >= 1) return false
        }
        return true
      }),
      forget: Effect.fnUntraced(function*(name, key) {
        const policy = policies[name]
        const kept = `${policy.name}:${key}`
        if (policy.comesBack === "evenly") yield* consume(kept, policy.most, policy.window, -policy.most)
        else for (const place of places(policy, kept)) yield* consume(place, 1, policy.window, -1)
        yield* tell(whole(policy))
      })
    })
  })

/**
 * How often somebody may do something. Where it counts is `RateLimiterStore`, which the stack chooses: the counts of one
 * process, or those of several.
 */
export class RateLimits extends Context.Service<RateLimits, Shape>()("@opsdesk/capabilities/RateLimits") {
  static readonly layer = (figures: LimitFigures) =>
    Layer.effect(RateLimits, limiting(figures)).pipe(Layer.provide(RateLimiter.layer))

  /** Nobody is refused anything. */
  static readonly off = (figures: LimitFigures) =>
    Layer.sync(RateLimits, () => {
      const policies = policiesOf(figures)
      return RateLimits.of({
        take: (name) => Effect.succeed(whole(policies[name])),
        spend: (name) => Effect.succeed(whole(policies[name])),
        isSpent: () => Effect.succeed(false),
        forget: () => nothing
      })
    })
}
