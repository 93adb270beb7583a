import type { MessageId, UserId } from "@opsdesk/kernel/Ids"
import { TicketId } from "@opsdesk/kernel/Ids"
import { rowsOf } from "@opsdesk/kernel/rows"
import { Context, DateTime, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { Message } from "./Message.ts"
import type { Visibility } from "./Message.ts"

const decodeMessages = Schema.decodeUnknownEffect(Schema.Array(Message))

/** Pages are long: their rows are the same, and no instances of the class. */
const decodePage = rowsOf(Schema.Struct(Message.fields))

const decodeCounts = Schema.decodeUnknownEffect(Schema.Array(Schema.Struct({ ticketId: TicketId, count: Schema.Int })))

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

    const insert = (message: Message) =>
      sql`
        insert into messages (id, ticket_id, seq, author_id, body, visibility, client_message_id, created_at)
        values (${message.id}, ${message.ticketId}, ${message.seq}, ${message.authorId}, ${message.body},
          ${message.visibility}, ${message.clientMessageId}, ${DateTime.toDateUtc(message.createdAt)})`.pipe(
        Effect.asVoid
      )

    return { page, pages, count, counts, byId, bySender, insert }
  })
}) {
  static readonly layer = Layer.effect(MessageStore, MessageStore.make)
}
