import { Schedule } from "effect"
import type { HttpClientRequest } from "effect/http"
import { HttpClient } from "effect/http"

/** 0.2 s, 0.4 s, 0.8 s, each a little off, so that clients which failed together do not come back together. */
const againThreeTimes = Schedule.exponential("200 millis").pipe(Schedule.jittered, Schedule.upTo({ times: 3 }))

const safe: ReadonlyArray<string> = ["GET", "HEAD"]

/** Whether a request may be sent again without knowing what became of it. */
const mayRepeat = ({ headers, method }: HttpClientRequest.HttpClientRequest): boolean =>
  safe.includes(method) || headers["idempotency-key"] !== undefined

/**
 * Sends what may be sent again up to three times more where the desk is away or busy (connection lost, 429, 5xx), and
 * waits as long as `Retry-After` says. Everything else is sent once.
 */
export const repeating = (client: HttpClient.HttpClient): HttpClient.HttpClient => {
  const again = HttpClient.retryTransient(client, { schedule: againThreeTimes })
  return HttpClient.make((request) => (mayRepeat(request) ? again : client).execute(request))
}
