import { Api } from "@opsdesk/api/Api"
import { MessageDesk } from "@opsdesk/messages/MessageDesk"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { created, found } from "./created.ts"

export const MessagesRest = HttpApiBuilder.group(
  Api,
  "messages",
  Effect.fnUntraced(function*(handlers) {
    const desk = yield* MessageDesk
    return handlers.handleAll({
      listMessages: ({ params, query }) => desk.list(params.id, query),
      getMessage: ({ params }) => Effect.map(desk.get(params.id, params.messageId), found),
      sendMessage: ({ params, payload }) =>
        Effect.map(
          desk.send(params.id, payload),
          (message) => created(`/v1/tickets/${message.ticketId}/messages/${message.id}`, message)
        )
    })
  })
)
