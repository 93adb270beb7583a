import type { JournalEntry } from "@opsdesk/capabilities/Journal"
import type { RoleId, UserId } from "@opsdesk/kernel/Ids"
import type { DateTime } from "effect"
import type { Grant } from "./Permission.ts"

/** Grants as the record keeps them. */
export const recorded = (grants: ReadonlyArray<Grant>) => ({
  permissions: grants.map(({ permission, scope }) => ({ permission, scope }))
})

/** What the record says when a role grants something else from now on; without an actor where an upgrade did it. */
export const permissionsChanged = (change: {
  readonly at: DateTime.Utc
  readonly actorId: UserId | null
  readonly id: RoleId
  readonly from: ReadonlyArray<Grant>
  readonly to: ReadonlyArray<Grant>
}): JournalEntry => ({
  at: change.at,
  actorId: change.actorId,
  action: "role.permissions_changed",
  entity: { type: "role", id: change.id },
  before: recorded(change.from),
  after: recorded(change.to),
  events: []
})
