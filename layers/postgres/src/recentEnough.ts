import { Data, Effect } from "effect"
import type { SqlClient } from "effect/sql"
import { SqlError } from "effect/sql"
import { within } from "./within.ts"

/** What the statements of the desk ask for. */
const oldest = 15

/** One clear line for whoever starts a program on such a server. */
export class PostgresTooOld extends Data.TaggedError("PostgresTooOld")<{ readonly message: string }> {}

/**
 * Refuses a server that is too old, before some statement fails for it in words of its own. One that does not answer is
 * not refused: whoever needs it hears that it is away.
 */
export const recentEnough = (sql: SqlClient.SqlClient): Effect.Effect<void, PostgresTooOld> =>
  Effect.gen(function*() {
    const [server] = yield* sql<{ major: number; version: string }>`
      select current_setting('server_version_num')::integer / 10000 as major, current_setting('server_version') as version`
    if (server !== undefined && server.major < oldest) {
      return yield* new PostgresTooOld({
        message: `PostgreSQL ${server.version} is too old: the desk needs ${oldest} or later`
      })
    }
  }).pipe(
    within({ duration: "2 seconds", orElse: Effect.void }),
    Effect.catchIf(SqlError.isSqlError, () => Effect.void)
  )
