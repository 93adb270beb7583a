import { Journal } from "@opsdesk/capabilities/Journal"
import { MetAllowances, RateLimits } from "@opsdesk/capabilities/RateLimits"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import type { UserId } from "@opsdesk/kernel/Ids"
import type { DependencyUnavailable, RateLimited } from "@opsdesk/kernel/Problem"
import { RequestContext } from "@opsdesk/kernel/RequestContext"
import { Context, DateTime, Effect, Exit, Layer, Schedule } from "effect"
import type { SignInRefused } from "./AccessProblems.ts"
import { sourceOf } from "./sourceOf.ts"

const isRefusal = (error: unknown): error is SignInRefused =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === "SignInRefused"

/** Why somebody was not heard, for the record. */
const tooMany = {
  failedSignIns: "too many failed sign-ins of the account",
  signInAttempts: "too many sign-ins from the address"
}

/**
 * How often somebody may try. Failures count per account, whether or not there is one of that name, and are taken before
 * the password is looked at: of any number of guesses at once no more than those are compared.
 *
 * They count for all strangers together; an address from which the account has signed in counts on its own. So whoever
 * guesses from elsewhere can use up the strangers' share, but keeps nobody out who comes from where they usually do.
 *
 * That somebody was not heard is on record: once for each count in its window, so that nobody fills the record that way.
 */
export class SignInLimits extends Context.Service<SignInLimits>()("@opsdesk/access/SignInLimits", {
  make: Effect.gen(function*() {
    const { atomic } = yield* Transaction
    const journal = yield* Journal
    const limits = yield* RateLimits

    const source = Effect.map(RequestContext, ({ ip }) => sourceOf(ip))

    /** How many passwords of an account are being compared: what will come of them is not known yet. */
    const pending = new Map<string, number>()
    const count = (counted: string, by: number) =>
      Effect.sync(() => {
        const left = (pending.get(counted) ?? 0) + by
        if (left === 0) pending.delete(counted)
        else pending.set(counted, left)
      })

    const putOnRecord = Effect.fnUntraced(
      function*(policy: keyof typeof tooMany, counted: string, userId: UserId | null) {
        const place = yield* limits.take(`${policy}OnRecord`, counted).pipe(Effect.provideService(MetAllowances, null))
        if (!place.granted) return
        yield* atomic(Effect.flatMap(DateTime.now, (at) =>
          journal.record({
            at,
            actorId: null,
            action: "session.refused",
            entity: { type: "user", id: userId },
            before: null,
            after: { reason: tooMany[policy] },
            events: []
          }))).pipe(Effect.onError(() => place.giveBack))
      }
    )

    /** A place among the failures, before it is known to be one. Whoever finds all taken waits for those not over yet. */
    const place = (counted: string) =>
      limits.spend("failedSignIns", counted).pipe(
        Effect.retry({ while: () => pending.has(counted), schedule: Schedule.spaced("25 millis") })
      )

    /** What an address may try, whatever the account. */
    const attempt = Effect.flatMap(source, (from) =>
      limits.spend("signInAttempts", from).pipe(
        Effect.tapErrorTag("RateLimited", () => putOnRecord("signInAttempts", from, null))
      ))

    /** An account by its address as the database compares it, or two spellings of it would count apart. */
    const limited = <A, E, R>(
      { name, userId }: { readonly name: string; readonly userId: UserId | null },
      work: Effect.Effect<A, E, R>
    ): Effect.Effect<A, E | RateLimited | DependencyUnavailable, R> =>
      Effect.gen(function*() {
        const here = `${name} ${yield* source}`
        const counted = (yield* limits.isSpent("knownAddresses", here)) ? here : name
        const taken = yield* place(counted).pipe(
          Effect.tapErrorTag("RateLimited", () => putOnRecord("failedSignIns", counted, userId))
        )
        const exit = yield* Effect.acquireUseRelease(
          count(counted, 1),
          () => Effect.exit(work),
          () => count(counted, -1)
        )
        if (Exit.isSuccess(exit)) {
          // Only one's own: whoever signs in undoes nothing of what strangers have tried, and tells nobody that they did.
          yield* taken.giveBack
          yield* limits.forget("failedSignIns", here)
          yield* limits.forget("knownAddresses", here)
          yield* limits.take("knownAddresses", here)
        } else if (!exit.cause.reasons.some((reason) => reason._tag === "Fail" && isRefusal(reason.error))) {
          // No password was compared, or nobody heard what came of it.
          yield* taken.giveBack
        }
        return yield* exit
      })

    return { attempt, limited }
  })
}) {
  static readonly layer = Layer.effect(SignInLimits, SignInLimits.make)
}
