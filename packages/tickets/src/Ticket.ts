import { HistoryEntryId, TeamId, TicketId, UserId } from "@opsdesk/kernel/Ids"
import { Moment, MomentOrNull } from "@opsdesk/kernel/Moment"
import { NonBlankText, Text } from "@opsdesk/kernel/Text"
import type { DateTime } from "effect"
import { Effect, Schema, SchemaTransformation, Struct } from "effect"
import { Model } from "effect/schema"

export const TicketStatus = Schema.Literals(["open", "in_progress", "waiting", "resolved", "closed"]).annotate({
  identifier: "TicketStatus",
  message: "must be open, in_progress, waiting, resolved or closed"
})
export type TicketStatus = typeof TicketStatus.Type

/** Where a ticket may go next: the whole state machine. */
export const nextStatuses: Record<TicketStatus, ReadonlyArray<TicketStatus>> = {
  open: ["in_progress", "waiting", "resolved", "closed"],
  in_progress: ["open", "waiting", "resolved", "closed"],
  waiting: ["open", "in_progress", "resolved", "closed"],
  resolved: ["open", "closed"],
  closed: ["open"]
}

export const TicketType = Schema.Literals(["incident", "request"]).annotate({
  identifier: "TicketType",
  message: "must be incident or request"
})
export type TicketType = typeof TicketType.Type

/** In their order, the least first. */
export const Priority = Schema.Literals(["low", "normal", "high", "urgent"]).annotate({
  identifier: "Priority",
  message: "must be low, normal, high or urgent"
})
export type Priority = typeof Priority.Type

const title = "VPN drops every ten minutes"
const description = "Since Monday my VPN connection drops about every ten minutes when I work from home."
const comment = "Waiting for the provider."
const agent = "0198c7a2-6e02-7a51-b0c9-7d3f15e86a24"

/** One declaration for the shapes of a ticket: its row and its JSON. */
export class Ticket extends Model.Class<Ticket>("Ticket")({
  id: TicketId,
  number: Schema.Int.annotate({ description: "Short, for people to say to each other", examples: [1042] }),
  title: Schema.String.annotate({ examples: [title] }),
  description: Schema.String.annotate({ examples: [description] }),
  type: TicketType,
  status: TicketStatus,
  priority: Priority,
  requesterId: UserId,
  assigneeId: Schema.NullOr(UserId).pipe(Schema.annotateEncoded({ examples: [agent] })),
  teamId: Schema.NullOr(TeamId),
  version: Schema.Int.annotate({ description: "Grows with each change of the ticket itself", examples: [1] }),
  /** The sequence of the newest event; known only where the row is locked. */
  lastSeq: Model.Field({ select: Schema.Int }),
  createdAt: Moment,
  updatedAt: Moment,
  resolvedAt: MomentOrNull,
  closedAt: MomentOrNull
}) {
  canMoveTo(status: TicketStatus): boolean {
    return nextStatuses[this.status].includes(status)
  }

  /** The ticket once moved. It keeps when it was resolved while it is closed, and forgets both when it opens again. */
  moveTo(status: TicketStatus, at: DateTime.Utc): Ticket {
    const settled = status === "resolved" || status === "closed"
    return this.changed({
      status,
      resolvedAt: status === "resolved" ? at : settled ? this.resolvedAt : null,
      closedAt: status === "closed" ? at : null
    }, at)
  }

  /** The ticket with something changed: the next version, with the next event. */
  changed(
    change: Partial<
      Pick<
        Ticket,
        "title" | "description" | "type" | "status" | "priority" | "assigneeId" | "teamId" | "resolvedAt" | "closedAt"
      >
    >,
    at: DateTime.Utc
  ): Ticket {
    return new Ticket({ ...this, ...change, version: this.version + 1, lastSeq: this.lastSeq + 1, updatedAt: at })
  }
}

/** A ticket in a list: everything but the long text. */
export const TicketSummary = Schema.Struct(Struct.omit(Ticket.fields, ["description", "lastSeq"])).annotate({
  identifier: "TicketSummaryRow"
})
export type TicketSummary = typeof TicketSummary.Type
export const TicketSummaryJson = Schema.Struct(Struct.omit(Ticket.json.fields, ["description"])).annotate({
  identifier: "TicketSummary"
})

/** How an address names a ticket: by id or by number. */
export const TicketRef = Schema.Union([
  TicketId,
  Schema.String.check(Schema.isPattern(/^[1-9]\d{0,8}$/u)).pipe(
    Schema.decodeTo(Schema.Int, SchemaTransformation.numberFromString)
  )
])
export type TicketRef = typeof TicketRef.Type

export const NewTicket = Schema.Struct({
  title: NonBlankText(200).annotate({ examples: [title] }),
  description: Text(0, 20_000).annotate({ examples: [description] }),
  type: TicketType.pipe(Schema.withDecodingDefaultKey(Effect.succeed("incident" as const))),
  priority: Priority.pipe(Schema.withDecodingDefaultKey(Effect.succeed("normal" as const))),
  teamId: Schema.optionalKey(Schema.NullOr(TeamId)),
  requesterId: Schema.optionalKey(UserId)
}).annotate({ identifier: "NewTicket", examples: [{ title, description, type: "incident", priority: "high" }] })
export type NewTicket = typeof NewTicket.Type

export const TicketChanges = Schema.Struct({
  title: Schema.optionalKey(NonBlankText(200)),
  description: Schema.optionalKey(Text(0, 20_000)),
  priority: Schema.optionalKey(Priority),
  type: Schema.optionalKey(TicketType),
  teamId: Schema.optionalKey(Schema.NullOr(TeamId))
}).annotate({ identifier: "TicketChanges", examples: [{ priority: "urgent" }] })
export type TicketChanges = typeof TicketChanges.Type

export const StatusChange = Schema.Struct({
  status: TicketStatus,
  comment: Schema.optionalKey(NonBlankText(10_000))
}).annotate({ identifier: "StatusChange", examples: [{ status: "waiting", comment }] })
export type StatusChange = typeof StatusChange.Type

export const AssigneeChange = Schema.Struct({
  assigneeId: Schema.NullOr(UserId).pipe(Schema.annotateEncoded({ examples: [agent] }))
}).annotate({
  identifier: "AssigneeChange"
})
export type AssigneeChange = typeof AssigneeChange.Type

/** One step of a ticket's way from status to status. */
export class HistoryEntry extends Model.Class<HistoryEntry>("HistoryEntry")({
  id: HistoryEntryId,
  ticketId: TicketId,
  from: Schema.NullOr(TicketStatus).annotate({
    description: "Null where the ticket was opened",
    examples: ["in_progress"]
  }),
  to: TicketStatus.pipe(Schema.annotateKey({ examples: ["waiting"] })),
  actorId: UserId.pipe(Schema.annotateKey({ examples: [UserId.make(agent)] })),
  comment: Schema.NullOr(Schema.String).annotate({ examples: [comment] }),
  at: Moment,
  /** Orders the history. */
  seq: Model.Field({ select: Schema.Int })
}) {}
