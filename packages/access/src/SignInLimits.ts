import { RateLimits } from "@opsdesk/capabilities/RateLimits"
import type { RateLimited } from "@opsdesk/kernel/Problem"
import { RequestContext } from "@opsdesk/kernel/RequestContext"
import { Context, Effect, Exit, Layer } from "effect"
import type { SignInRefused } from "./AccessProblems.ts"
import { sourceOf } from "./sourceOf.ts"

const isRefusal = (error: unknown): error is SignInRefused =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === "SignInRefused"

/**
 * How often somebody may try. Failures count per account, whether or not there is one of that name, and are taken before
 * the password is looked at: of any number of guesses at once no more than those are compared.
 *
 * They count for all strangers together; an address from which the account has signed in counts on its own. So whoever
 * guesses from elsewhere can use up the strangers' share, but keeps nobody out who comes from where they usually do.
 */
export class SignInLimits extends Context.Service<SignInLimits>()("@opsdesk/access/SignInLimits", {
  make: Effect.gen(function*() {
    const limits = yield* RateLimits

    const limited = <A, E, R>(email: string, work: Effect.Effect<A, E, R>): Effect.Effect<A, E | RateLimited, R> =>
      Effect.gen(function*() {
        const { ip } = yield* RequestContext
        const source = sourceOf(ip)
        yield* limits.spend("signInAttempts", source)
        const account = email.toLowerCase()
        const here = `${account} ${source}`
        const counted = (yield* limits.isSpent("knownAddresses", here)) ? here : account
        const attempt = yield* limits.spend("failedSignIns", counted)
        const exit = yield* Effect.exit(work)
        if (Exit.isSuccess(exit)) {
          // Only where it was counted: whoever signs in undoes nothing of what strangers have tried meanwhile.
          yield* limits.forget("failedSignIns", counted)
          yield* limits.forget("knownAddresses", here)
          yield* limits.take("knownAddresses", here)
        } else if (!exit.cause.reasons.some((reason) => reason._tag === "Fail" && isRefusal(reason.error))) {
          // No password was compared, or nobody heard what came of it.
          yield* attempt.giveBack
        }
        return yield* exit
      })

    return { limited }
  })
}) {
  static readonly layer = Layer.effect(SignInLimits, SignInLimits.make)
}
