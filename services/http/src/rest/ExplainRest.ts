import { Api } from "@opsdesk/api/Api"
import { ExplainDesk } from "@opsdesk/tickets/ExplainDesk"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { found } from "./created.ts"

export const ExplainRest = HttpApiBuilder.group(
  Api,
  "access",
  Effect.fnUntraced(function*(handlers) {
    const desk = yield* ExplainDesk
    return handlers.handleAll({
      explain: ({ query }) => Effect.map(desk.answer(query), found)
    })
  })
)
