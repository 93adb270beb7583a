import { Api } from "@opsdesk/api/Api"
import { openApi } from "@opsdesk/api/openApi"
import { Operations } from "@opsdesk/serving/Operations"
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { HttpApiBuilder, HttpApiSwagger } from "effect/http-api"
import { Desks } from "./Desks.ts"
import { Fallbacks } from "./fallbacks.ts"
import { GraphDocuments } from "./graphql/documents.ts"
import { GraphqlRoute } from "./graphql/GraphqlRoute.ts"
import { AuthenticationRest } from "./middleware/authentication.ts"
import { Edge } from "./middleware/edge.ts"
import { Once } from "./middleware/Once.ts"
import { RequestProblemsRest } from "./middleware/requestProblems.ts"
import { PageRoutes } from "./pages/pageRoutes.ts"
import { ProblemPages } from "./pages/problemPages.ts"
import { ApiTokensRest } from "./rest/ApiTokensRest.ts"
import { AuditRest } from "./rest/AuditRest.ts"
import { AuthRest, SessionRest } from "./rest/AuthRest.ts"
import { DeadLettersRest } from "./rest/DeadLettersRest.ts"
import { ExplainRest } from "./rest/ExplainRest.ts"
import { MessagesRest } from "./rest/MessagesRest.ts"
import { NotificationsRest } from "./rest/NotificationsRest.ts"
import { OidcRest } from "./rest/OidcRest.ts"
import { ReportsRest } from "./rest/ReportsRest.ts"
import { RolesRest } from "./rest/RolesRest.ts"
import { TeamsRest } from "./rest/TeamsRest.ts"
import { TicketReads } from "./rest/TicketReads.ts"
import { TicketsRest } from "./rest/TicketsRest.ts"
import { UsersRest } from "./rest/UsersRest.ts"
import { WatchersRest } from "./rest/WatchersRest.ts"

const Rest = HttpApiBuilder.layer(Api).pipe(
  Layer.provide([
    AuthRest,
    SessionRest,
    OidcRest,
    UsersRest,
    TeamsRest,
    RolesRest,
    ApiTokensRest,
    ExplainRest,
    TicketsRest,
    WatchersRest,
    MessagesRest,
    NotificationsRest,
    AuditRest,
    ReportsRest,
    DeadLettersRest
  ]),
  Layer.provide([AuthenticationRest, RequestProblemsRest])
)

const Documents = Layer.mergeAll(
  // Made when somebody asks for it first.
  HttpRouter.use((router) =>
    Effect.cached(Effect.sync(() => HttpServerResponse.jsonUnsafe(openApi()))).pipe(
      Effect.flatMap((answer) => router.add("GET", "/openapi.json", answer))
    )
  ),
  HttpApiSwagger.layer(Api, { path: "/docs" })
)

/** For whoever serves the program: an address is good as it is written, and only so. */
export const exactAddresses = { caseSensitive: true, ignoreTrailingSlash: false, ignoreDuplicateSlashes: false }

/** What those who answer need: the desks, and what they keep between them. */
export const Within = Layer.mergeAll(Desks, Once.layer, GraphDocuments.layer)

/** Everything that this program answers; it needs the stack's capabilities, `Readiness`, and a server. */
export const HttpProgram = Layer.mergeAll(
  Rest,
  GraphqlRoute,
  Documents,
  Operations,
  ProblemPages,
  PageRoutes,
  Fallbacks,
  Edge.pipe(Layer.provide(TicketReads.layer))
).pipe(Layer.provide(Within))
