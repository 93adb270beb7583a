import type { Allowance } from "@opsdesk/capabilities/RateLimits"
import type { RateLimits } from "@opsdesk/capabilities/RateLimits"
import type { UserId } from "@opsdesk/kernel/Ids"
import { Duration, Effect } from "effect"
import { HttpServerRequest } from "effect/http"

/** What a user's read takes of what the user may; a search is counted beside. */
export const readWithinLimits = Effect.fnUntraced(function*(
  limits: RateLimits["Service"],
  userId: UserId,
  isSearch: boolean
) {
  const read = yield* limits.spend("reads", userId)
  return isSearch ? yield* limits.spend("searches", userId) : read
})

/** What a user's request takes of what the user may: a write, or a read; one with `q` is a search. */
export const withinLimits = Effect.fnUntraced(function*(limits: RateLimits["Service"], userId: UserId) {
  const { method } = yield* HttpServerRequest.HttpServerRequest
  if (method !== "GET" && method !== "HEAD") return yield* limits.spend("writes", userId)
  return yield* readWithinLimits(limits, userId, "q" in (yield* HttpServerRequest.ParsedSearchParams))
})

/**
 * What a request has met, as `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10): quota `q` in
 * windows of `w` seconds; `r` left, and `t` seconds until all is back, or something where nothing is left.
 */
export const rateLimitHeaders = (met: Iterable<Allowance>): Record<string, string> => {
  const all = [...met]
  if (all.length === 0) return {}
  const said = (write: (allowance: Allowance) => string) =>
    all.map((allowance) => `"${allowance.policy.name}";${write(allowance)}`).join(", ")
  return {
    "ratelimit-policy": said(({ policy: { most, window } }) =>
      `q=${most};w=${Math.max(1, Math.ceil(Duration.toSeconds(window)))}`
    ),
    "ratelimit": said(({ remaining, seconds }) => `r=${remaining};t=${seconds}`)
  }
}
