import { Schema, SchemaTransformation } from "effect"

/** Digits may come in either case (RFC 9562, section 4); inside they are lower-case, as PostgreSQL gives them back. */
const uuid = (of: string, example: string) =>
  Schema.String.check(Schema.isUUID(7, { message: "must be a UUIDv7" })).annotate({
    description: `UUIDv7 of ${of} (RFC 9562)`,
    examples: [example]
  }).pipe(Schema.decodeTo(Schema.String, SchemaTransformation.toLowerCase()))

export const UserId = uuid("a user", "0198c7a2-5d1e-7c4b-9a3f-2b8d4e6f1a07").pipe(Schema.brand("UserId"))
  .annotate({ identifier: "UserId" })
export type UserId = typeof UserId.Type

export const TeamId = uuid("a team", "0198c7a1-0b7a-7f10-8d25-6a91c03be4f2").pipe(Schema.brand("TeamId"))
  .annotate({ identifier: "TeamId" })
export type TeamId = typeof TeamId.Type

export const RoleId = uuid("a role", "0198c7a0-91c4-7b3e-a6d8-0f52e7c4913b").pipe(Schema.brand("RoleId"))
  .annotate({ identifier: "RoleId" })
export type RoleId = typeof RoleId.Type

export const ApiTokenId = uuid("an API token", "0198c7a3-4e7d-7d18-8c60-5b1f0a9e2d34").pipe(Schema.brand("ApiTokenId"))
  .annotate({ identifier: "ApiTokenId" })
export type ApiTokenId = typeof ApiTokenId.Type

export const TicketId = uuid("a ticket", "019ceb34-9e15-7a60-b1d7-4c8e2f93a05b").pipe(Schema.brand("TicketId"))
  .annotate({ identifier: "TicketId" })
export type TicketId = typeof TicketId.Type

export const MessageId = uuid("a message", "019ceb3a-27f8-7d92-8c41-e05b7a1f6d38").pipe(Schema.brand("MessageId"))
  .annotate({ identifier: "MessageId" })
export type MessageId = typeof MessageId.Type

export const EventId = uuid("an event", "019ceb3a-27f9-7e01-9f6c-3d18b4a25c70").pipe(Schema.brand("EventId"))
  .annotate({ identifier: "EventId" })
export type EventId = typeof EventId.Type

export const AuditEventId = uuid("an audit event", "019ceb3a-27fa-71b8-a3e2-95d07c46f81e").pipe(
  Schema.brand("AuditEventId")
).annotate({ identifier: "AuditEventId" })
export type AuditEventId = typeof AuditEventId.Type

export const DeadLetterId = uuid("a dead letter", "019ceb3f-6d20-7b14-8a57-c90e2f61d483").pipe(
  Schema.brand("DeadLetterId")
)
  .annotate({ identifier: "DeadLetterId" })
export type DeadLetterId = typeof DeadLetterId.Type

export const HistoryEntryId = uuid(
  "an entry of a ticket's status history",
  "019ceb3a-27fb-74c5-8b90-1e6f5a2d37c4"
).pipe(Schema.brand("HistoryEntryId")).annotate({ identifier: "HistoryEntryId" })
export type HistoryEntryId = typeof HistoryEntryId.Type

export const NotificationId = uuid("a notification", "019ceb3a-27fc-7d19-95e4-6b02c8f7a1d3").pipe(
  Schema.brand("NotificationId")
).annotate({ identifier: "NotificationId" })
export type NotificationId = typeof NotificationId.Type
