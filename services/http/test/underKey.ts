import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { Answer } from "./TestHttp.ts"

/** What a request carries to take effect once. */
export const under = (key: string, headers: Record<string, string> = {}) => ({
  headers: { "idempotency-key": key, ...headers }
})

export const isReplayed = (answer: Answer): boolean => answer.headers.get("idempotency-replayed") === "true"

/** How many tickets have a title. */
export const titled = (title: string) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    return (yield* sql`select from tickets where title = ${title}`).length
  })
