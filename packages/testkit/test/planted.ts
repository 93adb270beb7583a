import type { Violation } from "@opsdesk/testkit/houseViolations"

/**
 * Files with one line too many: where it lies, the line, and the rule that refuses it. Without a rule it may stay.
 * What oxlint has no rule for is `unseen` by it.
 */
export const planted: ReadonlyArray<
  readonly [path: string, text: string, rule?: Violation["rule"], unseen?: "unseen"]
> = [
  ["packages/barn/src/Hay.ts", "export const hay = 1", "folder", "unseen"],

  ["packages/kernel/src/Ids.ts", `import { Journal } from "@opsdesk/capabilities/Journal"`, "import"],
  ["packages/access/src/Actor.ts", `import type { User } from "@opsdesk/users/User"`, "import"],
  ["packages/audit/src/AuditDesk.ts", `import { permit } from "@opsdesk/access/Actor"`],
  ["packages/users/src/UserDesk.ts", `export { Ticket } from "@opsdesk/tickets/Ticket"`, "import"],
  ["packages/tickets/src/TicketDesk.ts", `const Message = await import("@opsdesk/messages/Message")`, "import"],
  ["packages/tickets/src/TicketDesk.ts", `type M = import("@opsdesk/messages/Message").Message`, "import", "unseen"],
  ["packages/messages/src/MessageDesk.ts", `import { TicketDesk } from "@opsdesk/tickets/TicketDesk"`],
  ["packages/messages/src/MessageDesk.ts", `import {\n  a,\n  b\n} from "@opsdesk/postgres/PostgresSql"`, "import"],
  ["packages/client/src/Client.ts", `import { TicketsApi } from "@opsdesk/tickets/TicketsApi"`, "import"],
  ["packages/tickets/src/TicketDesk.ts", `import { carla } from "@opsdesk/testkit/people"`, "import"],
  ["packages/tickets/test/TicketDesk.test.ts", `import { carla } from "@opsdesk/testkit/people"`],
  ["packages/tickets/test/TicketDesk.test.ts", `import { TicketDesk } from "@opsdesk/tickets/TicketDesk"`],
  [
    "packages/tickets/test/TicketDesk.test.ts",
    `import { Message } from "@opsdesk/messages/Message"`,
    "import",
    "unseen"
  ],
  ["layers/postgres/src/PostgresSql.ts", `import { Ticket } from "@opsdesk/tickets/Ticket"`, "import"],
  ["layers/postgres/src/PostgresSql.ts", `import { Cluster } from "@opsdesk/embedded/Cluster"`, "import"],
  ["layers/stack/src/Stack.ts", `import { PostgresSql } from "@opsdesk/postgres/PostgresSql"`],
  ["layers/stack/src/Stack.ts", `import { Ticket } from "@opsdesk/tickets/Ticket"`, "import"],
  ["services/http/src/main.ts", `import { Stack } from "@opsdesk/stack/Stack"`],
  ["services/http/src/main.ts", `import { PostgresSql } from "@opsdesk/postgres/PostgresSql"`, "import"],
  ["services/http/src/main.ts", `import { seed } from "@opsdesk/console/seed"`, "import"],
  ["services/http/src/main.ts", `import { page } from "@opsdesk/web/page"`, "import"],
  ["services/desk/src/main.ts", `import { Server } from "@opsdesk/http/Server"`],
  ["packages/testkit/src/people.ts", `import { EmbeddedPostgres } from "@opsdesk/embedded/EmbeddedPostgres"`],

  ["packages/kernel/src/Ids.ts", `import { z } from "zod"`, "vendor"],
  ["packages/kernel/src/Ids.ts", `import { z } from "effective"`, "vendor"],
  ["packages/kernel/src/Ids.ts", `import { Schema } from "effect"`],
  ["packages/kernel/test/Ids.test.ts", `import fc from "fast-check"`],
  ["layers/crypto/src/Jose.ts", `import { SignJWT } from "jose"`],

  ["packages/tickets/src/TicketDesk.ts", `import { Team } from "../../users/src/Team.ts"`, "own"],
  ["packages/tickets/src/TicketDesk.ts", `import { aTicket } from "../test/fixtures.ts"`, "own"],
  ["packages/tickets/src/TicketDesk.ts", `import { Ticket } from "@opsdesk/tickets/Ticket"`, "own"],
  ["packages/tickets/src/TicketDesk.ts", `import { Ticket } from "./Ticket.ts"`],
  ["packages/tickets/test/Ticket.test.ts", `import { Ticket } from "../src/Ticket.ts"`],
  ["packages/tickets/test/Ticket.test.ts", `import { Team } from "../../users/src/Team.ts"`, "own", "unseen"],
  [
    "layers/redis/test/RedisCache.test.ts",
    `import { CacheContract } from "../../../packages/capabilities/test/contracts/CacheContract.ts"`
  ],

  ["packages/messages/src/MessageDesk.ts", `import { TicketStore } from "@opsdesk/tickets/TicketStore"`, "store"],
  ["packages/testkit/src/people.ts", `import { UserStore } from "@opsdesk/users/UserStore"`, "store"],
  ["services/http/src/Desks.ts", `import { UserStore } from "@opsdesk/users/UserStore"`, "store"],
  ["packages/users/test/UserStore.test.ts", `import { UserStore } from "../src/UserStore.ts"`],

  ["packages/api/src/Api.ts", `import { TicketsApi } from "@opsdesk/tickets/TicketsApi"`],
  ["packages/api/src/Api.ts", `import { AuthApi } from "@opsdesk/access/AuthApi"`],
  ["packages/api/src/Api.ts", `import { TicketDesk } from "@opsdesk/tickets/TicketDesk"`, "contract"],

  ["packages/tickets/src/TicketDesk.ts", `import { SqlClient } from "effect/sql"`, "module"],
  ["packages/tickets/src/TicketDesk.ts", `import * as SqlError from "effect/sql/SqlError"`, "module"],
  ["packages/tickets/src/TicketStore.ts", `import { SqlClient } from "effect/sql"`],
  ["packages/kernel/src/PageStore.ts", `import { SqlClient } from "effect/sql"`, "module"],
  ["packages/capabilities/src/Transaction.ts", `import { SqlError } from "effect/sql"`],
  ["packages/capabilities/src/Journal.ts", `import type { SqlError } from "effect/sql"`],
  ["packages/capabilities/src/Journal.ts", `import { SqlError } from "effect/sql"`, "module"],
  ["services/console/src/seed/SeedStore.ts", `import { SqlClient } from "effect/sql"`],
  ["services/console/src/OtherStore.ts", `import { SqlClient } from "effect/sql"`],
  ["services/console/src/migrate.ts", `import { SqlClient } from "effect/sql"`, "module"],
  ["layers/postgres/src/PostgresSql.ts", `import { SqlClient } from "effect/sql"`],
  ["packages/tickets/src/TicketsApi.ts", `import { HttpApiGroup } from "effect/http-api"`],
  ["packages/tickets/src/TicketDesk.ts", `import { HttpApiError } from "effect/http-api"`, "module"],
  ["packages/tickets/src/TicketDesk.ts", `import { HttpClient } from "effect/http"`, "module"],
  ["packages/kernel/src/Problem.ts", `import { HttpApiError } from "effect/http-api"`],
  ["packages/client/src/Client.ts", `import { HttpClient } from "effect/http"`],
  ["services/http/src/main.ts", `import { HttpRouter } from "effect/http"`],
  ["packages/access/src/Actor.ts", `import { createHash } from "node:crypto"`, "module"],
  ["packages/access/test/Actor.test.ts", `import { createHash } from "node:crypto"`],
  ["layers/crypto/src/Jose.ts", `import { createHash } from "node:crypto"`],
  ["packages/testkit/src/globalSetup.ts", `import { tmpdir } from "node:os"`],

  ["packages/tickets/src/Ticket.ts", "const at = Date.now()", "word"],
  ["layers/postgres/src/Migrator.ts", "const at = Date.now", "word"],
  ["services/http/src/main.ts", "const at = new Date(0)", "word", "unseen"],
  ["packages/tickets/src/Ticket.ts", "const dice = `${Math.random()}`", "word"],
  ["packages/tickets/test/Ticket.test.ts", "const dice = Math.random()"],
  ["packages/tickets/src/Ticket.ts", "console.log(1)", "word"],
  ["services/http/src/main.ts", "globalThis.console.log(1)", "word"],
  ["services/console/src/main.ts", "console.log(1)"],
  ["packages/kernel/src/Ids.ts", "const home = process.env[\"HOME\"]", "word"],
  ["packages/kernel/src/Ids.ts", "const bytes = Buffer.from(text)", "word"],
  ["layers/crypto/src/Jose.ts", "const bytes = Buffer.from(process.argv[0])"],
  [
    "packages/kernel/src/Ids.ts",
    "// not Date.now(), nor import(\"zod\")\nconst says = \"Math.random() from 'zod'\" /* new Date() */"
  ],
  [
    "packages/kernel/src/Ids.ts",
    "const it = /`new Date[(]/\nconst nested = `a ${b ? `process.env ${c}` : { d: 1 }.d} console.log`"
  ],
  ["packages/kernel/src/Ids.ts", "const nested = `a ${b ? `c ${Date.now()}` : { d: 1 }.d}`", "word"],

  ["packages/users/src/UserStore.ts", "sql`select id from users join roles r on true`"],
  [
    "packages/users/src/UserStore.ts",
    "sql`select 1 from users u join tickets t on t.requester_id = u.id`",
    "table",
    "unseen"
  ],
  ["packages/users/src/UserStore.ts", "sql`select 1 from users u, public.\"tickets\" t`", "table", "unseen"],
  ["packages/users/src/UserStore.ts", "sql`SELECT 1 FROM ${sql(\"tickets\")}`", "table", "unseen"],
  ["packages/users/src/UserStore.ts", "sql`insert into audit_log ${sql.insert(row)}`", "table", "unseen"],
  ["packages/users/src/UserStore.ts", "sql`delete from refresh_tokens`", "table", "unseen"],
  ["packages/tickets/src/TicketListStore.ts", "sql`select 1 from messages m where m.search @@ ${query}`"],
  [
    "packages/tickets/src/TicketStore.ts",
    "sql`select 1 from messages m where m.search @@ ${query}`",
    "table",
    "unseen"
  ],
  ["packages/tickets/src/TicketStore.ts", "sql`update messages set seq = 1`", "table", "unseen"],
  ["packages/tickets/src/TicketStore.ts", "sql`select seq from events`"],
  ["packages/tickets/src/TicketStore.ts", "sql`insert into events ${sql.insert(row)}`", "table", "unseen"],
  ["packages/tickets/src/TicketStore.ts", "sql`select 1 from tickets for update skip locked`"],
  ["packages/messages/src/MessageStore.ts", "sql`update tickets set last_seq = last_seq + 1`", "table", "unseen"],
  ["layers/postgres/src/PostgresJournal.ts", "sql`insert into audit_log ${sql.insert(row)}`"],
  ["packages/users/test/UserStore.test.ts", "sql`select 1 from tickets`"]
]
