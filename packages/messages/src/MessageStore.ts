import type { MessageId, TicketId, UserId } from "@opsdesk/kernel/Ids"
import { Context, DateTime, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { Message } from "./Message.ts"
import type { Visibility } from "./Message.ts"

const decodeMessages = Schema.decodeUnknownEffect(Schema.Array(Message))

/** All SQL about messages. */
export class MessageStore extends Context.Service<MessageStore>()("@opsdesk/messages/MessageStore", {
  make: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient

    const columns = sql`id, ticket_id, seq, author_id, body, visibility, client_message_id, created_at`

    const page = (ticketId: TicketId, readable: ReadonlyArray<Visibility>, afterSeq: number, rows: number) =>
      Effect.flatMap(
        sql`
          select ${columns} from messages
          where ticket_id = ${ticketId} and seq > ${afterSeq} and visibility = any(${readable}::text[])
          order by seq
          limit ${rows}`,
        decodeMessages
      )

    const count = (ticketId: TicketId, readable: ReadonlyArray<Visibility>, upTo: number) =>
      Effect.map(
        sql<{ count: number }>`
          select count(*) as count from (
            select from messages where ticket_id = ${ticketId} and visibility = any(${readable}::text[]) limit ${upTo}
          ) counted`,
        ([row]) => row?.count ?? 0
      )

    const byId = (ticketId: TicketId, readable: ReadonlyArray<Visibility>, id: MessageId) =>
      Effect.flatMap(
        sql`
          select ${columns} from messages
          where id = ${id} and ticket_id = ${ticketId} and visibility = any(${readable}::text[])`,
        decodeMessages
      )

    const bySender = (ticketId: TicketId, authorId: UserId, clientMessageId: string) =>
      Effect.flatMap(
        sql`
          select ${columns} from messages
          where ticket_id = ${ticketId} and author_id = ${authorId} and client_message_id = ${clientMessageId}`,
        decodeMessages
      )

    const insert = (message: Message) =>
      sql`
        insert into messages (id, ticket_id, seq, author_id, body, visibility, client_message_id, created_at)
        values (${message.id}, ${message.ticketId}, ${message.seq}, ${message.authorId}, ${message.body},
          ${message.visibility}, ${message.clientMessageId}, ${DateTime.toDateUtc(message.createdAt)})`.pipe(
        Effect.asVoid
      )

    return { page, count, byId, bySender, insert }
  })
}) {
  static readonly layer = Layer.effect(MessageStore, MessageStore.make)
}
