import type { Writing } from "@opsdesk/capabilities/Journal"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** Writes what a store has to say, and no record of it. */
export const written = <A, E>({ queries, read }: Writing<A, E>) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    return yield* read(yield* sql`with ${queries} select * from written`)
  })
