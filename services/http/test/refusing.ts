import { asOwner } from "@opsdesk/testkit/asOwner"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** What the programs may not do. */
export const inOwnersWords = (...statements: ReadonlyArray<string>) =>
  asOwner(Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    for (const statement of statements) yield* sql.unsafe(statement).unprepared
  }))

/** As long as the scope is open, the database refuses each new row of a table: at once, or at the commit. */
export const refusing = (table: string, when: "at once" | "at the commit", state: string) =>
  Effect.acquireRelease(
    inOwnersWords(
      `create function spoil() returns trigger language plpgsql as
        $$ begin raise exception 'spoiled by the test' using errcode = '${state}'; end $$`,
      when === "at once"
        ? `create trigger spoil before insert or update on ${table} for each row execute function spoil()`
        : `create constraint trigger spoil after insert or update on ${table} deferrable initially deferred
           for each row execute function spoil()`
    ),
    () => Effect.orDie(inOwnersWords(`drop trigger spoil on ${table}`, "drop function spoil()"))
  )
