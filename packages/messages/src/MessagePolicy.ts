import type { Permission } from "@opsdesk/access/Permission"
import type { Visibility } from "./Message.ts"

export const permissionToRead = (visibility: Visibility): Permission =>
  visibility === "internal" ? "message:read_internal" : "message:read"

export const permissionToSend = (visibility: Visibility): Permission =>
  visibility === "internal" ? "message:send_internal" : "message:send"
