import { Api } from "@opsdesk/api/Api"
import { AuditDesk } from "@opsdesk/audit/AuditDesk"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"

export const AuditRest = HttpApiBuilder.group(
  Api,
  "audit",
  Effect.fnUntraced(function*(handlers) {
    const desk = yield* AuditDesk
    return handlers.handleAll({
      listAuditEvents: ({ query: { cursor, include, limit, ...filter } }) =>
        desk.list(filter, { limit, cursor, include })
    })
  })
)
