import type { Actor } from "@opsdesk/access/Actor"
import type { Permission } from "@opsdesk/access/Permission"
import type { Whose } from "@opsdesk/tickets/TicketPolicy"
import { reaches } from "@opsdesk/tickets/TicketPolicy"
import { Visibility } from "./Message.ts"

export const permissionToRead = (visibility: Visibility): Permission =>
  visibility === "internal" ? "message:read_internal" : "message:read"

export const permissionToSend = (visibility: Visibility): Permission =>
  visibility === "internal" ? "message:send_internal" : "message:send"

/** Which of a ticket's messages the actor may read. */
export const readableBy = (actor: Actor, ticket: Whose): ReadonlyArray<Visibility> =>
  Visibility.literals.filter((visibility) => reaches(actor, permissionToRead(visibility), ticket))
