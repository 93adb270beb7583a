import { ApiTokensApi } from "@opsdesk/access/ApiTokensApi"
import { AuthApi, SessionApi } from "@opsdesk/access/AuthApi"
import { OidcApi } from "@opsdesk/access/OidcApi"
import { RolesApi } from "@opsdesk/access/RolesApi"
import { AuditApi } from "@opsdesk/audit/AuditApi"
import { DeadLettersApi } from "@opsdesk/deadletters/DeadLettersApi"
import { RequestProblems } from "@opsdesk/kernel/RequestProblems"
import { MessagesApi } from "@opsdesk/messages/MessagesApi"
import { NotificationsApi } from "@opsdesk/notifications/NotificationsApi"
import { ReportsApi } from "@opsdesk/reports/ReportsApi"
import { ExplainApi } from "@opsdesk/tickets/ExplainApi"
import { TicketsApi } from "@opsdesk/tickets/TicketsApi"
import { WatchersApi } from "@opsdesk/tickets/WatchersApi"
import { TeamsApi } from "@opsdesk/users/TeamsApi"
import { UsersApi } from "@opsdesk/users/UsersApi"
import { HttpApi, OpenApi } from "effect/http-api"
import { described } from "./described.ts"

const Joined = HttpApi.make("opsdesk")
  .add(AuthApi)
  .add(SessionApi)
  .add(OidcApi)
  .add(UsersApi)
  .add(TeamsApi)
  .add(RolesApi)
  .add(ApiTokensApi)
  .add(ExplainApi)
  .add(TicketsApi)
  .add(WatchersApi)
  .add(MessagesApi)
  .add(NotificationsApi)
  .add(AuditApi)
  .add(ReportsApi)
  .add(DeadLettersApi)
  .middleware(RequestProblems)
  .annotate(HttpApi.ParamsParseOptions, { errors: "all" })
  .annotate(HttpApi.QueryParseOptions, { errors: "all", onExcessProperty: "error" })
  .annotate(HttpApi.PayloadParseOptions, { errors: "all", onExcessProperty: "error" })
  .annotateMerge(OpenApi.annotations({
    title: "OpsDesk",
    version: "1",
    description:
      "Tickets, conversations and the record of both. Errors are problems (RFC 9457): each `type` is the address of a page that explains it.",
    servers: [{ url: "/", description: "This desk" }]
  }))

/** What the desk serves under REST: what http serves, client calls and the documents print. */
export class Api extends Joined.annotateMerge(OpenApi.annotations({ transform: (bare) => described(Joined, bare) })) {}
