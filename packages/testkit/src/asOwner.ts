import { PostgresOwner } from "@opsdesk/postgres/PostgresSql"
import { Database } from "@opsdesk/stack/Database"
import { Effect } from "effect"
import type { SqlClient } from "effect/sql"

/** Does something to the suite's database as its owner, whom no grant holds back: on a connection of its own. */
export const asOwner = <A, E, R>(effect: Effect.Effect<A, E, R | SqlClient.SqlClient>) =>
  Effect.flatMap(Database, ({ ownerUrl }) => Effect.provide(effect, PostgresOwner(ownerUrl)))
