import type { NewEvent } from "@opsdesk/kernel/EventEnvelope"
import type { Schema } from "effect"

/** What the slice tells the world. None of these belongs to a ticket, and none holds a secret. */
export const userEventTypes = [
  "user.created",
  "user.updated",
  "user.roles_changed",
  "team.created",
  "team.member_added",
  "team.member_removed"
] as const

export const userEvent = (
  type: typeof userEventTypes[number],
  payload: { readonly [key: string]: Schema.Json }
): NewEvent => ({ type, ticketId: null, seq: null, audience: "internal", payload })
