import { Authentication, EndpointAccess, needs } from "@opsdesk/access/Authentication"
import { MessageId } from "@opsdesk/kernel/Ids"
import { Data, PageOf, pageQuery, said } from "@opsdesk/kernel/Page"
import { Forbidden, ValidationFailed } from "@opsdesk/kernel/Problem"
import { TicketRef } from "@opsdesk/tickets/Ticket"
import { TicketNotFound } from "@opsdesk/tickets/TicketProblems"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { Message, NewMessage } from "./Message.ts"
import { MessageNotFound } from "./MessageProblems.ts"

/** Part of the contract: whoever reads the contracts only reads it here. */
export { Message, Visibility } from "./Message.ts"

const id = { id: TicketRef.pipe(said("The ticket's id or its number")) }

export class MessagesApi extends HttpApiGroup.make("messages")
  .add(
    HttpApiEndpoint.get("listMessages", "/v1/tickets/:id/messages", {
      params: id,
      query: pageQuery,
      success: PageOf(Message.json),
      error: [TicketNotFound, ValidationFailed, Forbidden]
    }).annotateMerge(OpenApi.annotations({
      summary: "What was said on a ticket, oldest first",
      description: "Internal notes are left out for those who may not read them."
    })).annotate(EndpointAccess, needs("message:read", "message:read_internal")),
    HttpApiEndpoint.get("getMessage", "/v1/tickets/:id/messages/:messageId", {
      params: { ...id, messageId: MessageId.pipe(said("The message's id")) },
      success: Data(Message.json),
      error: [TicketNotFound, MessageNotFound, Forbidden]
    }).annotateMerge(OpenApi.annotations({ summary: "One message" }))
      .annotate(EndpointAccess, needs("message:read", "message:read_internal")),
    HttpApiEndpoint.post("sendMessage", "/v1/tickets/:id/messages", {
      params: id,
      payload: NewMessage,
      success: HttpApiSchema.WithHeaders(Data(Message.json).pipe(HttpApiSchema.status(201)), {
        location: Schema.String
      }),
      error: [TicketNotFound, ValidationFailed, Forbidden]
    }).annotateMerge(OpenApi.annotations({
      summary: "Say something on a ticket",
      description: "Sent again with the same `clientMessageId` it gives the message that is there already."
    })).annotate(EndpointAccess, needs("message:send", "message:send_internal"))
  )
  .middleware(Authentication)
  .annotateMerge(OpenApi.annotations({ title: "Messages", description: "Conversation and internal notes" }))
{}
