import { MessageId, TicketId, UserId } from "@opsdesk/kernel/Ids"
import { Moment } from "@opsdesk/kernel/Moment"
import { NonBlankText, Text } from "@opsdesk/kernel/Text"
import { Effect, Schema } from "effect"
import { Model } from "effect/schema"

/** Public: for everybody on the ticket. Internal: a note among those who work on it. */
export const Visibility = Schema.Literals(["public", "internal"]).annotate({
  identifier: "Visibility",
  message: "must be public or internal"
})
export type Visibility = typeof Visibility.Type

const body = "It drops on Wi-Fi and on cable alike, so it is not my router."

export class Message extends Model.Class<Message>("Message")({
  id: MessageId,
  ticketId: TicketId,
  seq: Schema.Int.annotate({ description: "The sequence of the message's event on its ticket", examples: [3] }),
  authorId: UserId,
  body: Schema.String.annotate({ examples: [body] }),
  visibility: Visibility,
  clientMessageId: Schema.NullOr(Schema.String).annotate({ examples: ["9f0c1c1e-2a54-4c3b-8f3d-1f6f4d1f2f10"] }),
  createdAt: Moment
}) {}

export const NewMessage = Schema.Struct({
  body: NonBlankText(10_000).annotate({ examples: [body] }),
  visibility: Visibility.pipe(Schema.withDecodingDefaultKey(Effect.succeed("public" as const))),
  clientMessageId: Schema.optionalKey(
    Text(1, 200).annotate({
      description: "Chosen by the sender, so that sending again makes no second message",
      examples: ["9f0c1c1e-2a54-4c3b-8f3d-1f6f4d1f2f10"]
    })
  )
}).annotate({ identifier: "NewMessage" })
export type NewMessage = typeof NewMessage.Type
