import type { Writing } from "@opsdesk/capabilities/Journal"
import { onConstraint } from "@opsdesk/capabilities/onConstraint"
import type { MessageId, UserId } from "@opsdesk/kernel/Ids"
import { TicketId } from "@opsdesk/kernel/Ids"
import { rowsOf } from "@opsdesk/kernel/rows"
import { Overtaken } from "@opsdesk/tickets/Overtaken"
import { Context, Data, DateTime, Effect, Layer, Schema } from "effect"
import type { Statement } from "effect/sql"
import { SqlClient } from "effect/sql"
import { Message } from "./Message.ts"
import type { Visibility } from "./Message.ts"

const decodeMessages = Schema.decodeUnknownEffect(Schema.Array(Message))

/** Pages are long: their rows are the same, and no instances of the class. */
const decodePage = rowsOf(Schema.Struct(Message.fields))

const decodeCounts = Schema.decodeUnknownEffect(Schema.Array(Schema.Struct({ ticketId: TicketId, count: Schema.Int })))

const decodeDrawn = Schema.decodeUnknownEffect(Schema.Array(Schema.Struct({ seq: Schema.Int })))

/** There is a message with this id of the sender's on the ticket. Nobody hears of it but the desk. */
export class AlreadySent extends Data.TaggedError("AlreadySent")<{ readonly ticketId: TicketId }> {}

/** A ticket whose messages are wanted, which of them, and beyond which `seq`. */
export interface Wanted {
  readonly ticketId: TicketId
  readonly readable: ReadonlyArray<Visibility>
  readonly beyond: number
}

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
        decodePage
      )

    const count = (ticketId: TicketId, readable: ReadonlyArray<Visibility>, upTo: number) =>
      Effect.map(
        sql<{ count: number }>`
          select count(*) as count from (
            select from messages where ticket_id = ${ticketId} and visibility = any(${readable}::text[]) limit ${upTo}
          ) counted`,
        ([row]) => row?.count ?? 0
      )

    const tickets = (wanted: ReadonlyArray<Wanted>) =>
      sql`unnest(${wanted.map(({ ticketId }) => ticketId)}::uuid[],
        ${wanted.map(({ readable }) => readable.includes("public"))}::boolean[],
        ${wanted.map(({ readable }) => readable.includes("internal"))}::boolean[],
        ${wanted.map(({ beyond }) => beyond)}::integer[]) as w (ticket_id, public_too, internal_too, beyond)`

    const ofThese = sql`
      messages where ticket_id = w.ticket_id
        and ((visibility = 'public' and w.public_too) or (visibility = 'internal' and w.internal_too))`

    /** So many of each ticket beyond a place, in one statement: the oldest after it, or the newest before it. */
    const pages = (wanted: ReadonlyArray<Wanted>, newest: boolean, rows: number) =>
      Effect.flatMap(
        sql`
          select m.* from ${tickets(wanted)}
          cross join lateral (
            select ${columns} from ${ofThese} and ${newest ? sql`seq < w.beyond` : sql`seq > w.beyond`}
            order by ${newest ? sql`seq desc` : sql`seq`}
            limit ${rows}
          ) m
          order by m.ticket_id, m.seq`,
        decodePage
      )

    const counts = (wanted: ReadonlyArray<Wanted>, upTo: number) =>
      Effect.flatMap(
        sql`
          select w.ticket_id, (select count(*) from (select from ${ofThese} limit ${upTo}) counted) as count
          from ${tickets(wanted)}`,
        decodeCounts
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

    /** A new message, which is given the `seq` that is `drawn` for it (`TicketDoor.drawing`). */
    const insert = (
      message: Message,
      drawing: Statement.Fragment
    ): Writing<Message, AlreadySent | Overtaken | Schema.SchemaError> => ({
      queries: sql`
        ${drawing}, written as (
          insert into messages (id, ticket_id, seq, author_id, body, visibility, client_message_id, created_at)
          select ${message.id}::uuid, ${message.ticketId}::uuid, drawn.seq, ${message.authorId}::uuid,
            ${message.body}::text, ${message.visibility}::text, ${message.clientMessageId}::text,
            ${DateTime.toDateUtc(message.createdAt)}::timestamptz
          from drawn
          returning seq
        )`,
      means: onConstraint(
        "messages_client_message_id_key",
        () => new AlreadySent({ ticketId: message.ticketId })
      ),
      read: (rows) =>
        Effect.flatMap(
          decodeDrawn(rows),
          ([drawn]) =>
            drawn === undefined ? Effect.fail(new Overtaken()) : Effect.succeed(new Message({ ...message, ...drawn }))
        )
    })

    return { page, pages, count, counts, byId, bySender, insert }
  })
}) {
  static readonly layer = Layer.effect(MessageStore, MessageStore.make)
}
