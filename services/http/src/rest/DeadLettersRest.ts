import { Api } from "@opsdesk/api/Api"
import { DeadLetterDesk } from "@opsdesk/deadletters/DeadLetterDesk"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { found } from "./created.ts"

export const DeadLettersRest = HttpApiBuilder.group(
  Api,
  "deadLetters",
  Effect.fnUntraced(function*(handlers) {
    const desk = yield* DeadLetterDesk
    return handlers.handleAll({
      listDeadLetters: ({ query }) => desk.list(query),
      replayDeadLetter: ({ params }) => Effect.map(desk.replay(params.id), found),
      discardDeadLetter: ({ params }) => desk.discard(params.id)
    })
  })
)
