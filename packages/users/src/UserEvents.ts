import { RoleName } from "@opsdesk/access/Role"
import type { NewEvent } from "@opsdesk/kernel/EventEnvelope"
import type { EventType } from "@opsdesk/kernel/EventType"
import { TeamId, UserId } from "@opsdesk/kernel/Ids"
import { Schema } from "effect"
import type { User } from "./User.ts"

const Account = Schema.Struct({
  userId: UserId,
  email: Schema.String.annotate({ examples: ["ada@example.com"] }),
  name: Schema.String.annotate({ examples: ["Ada Brandt"] }),
  active: Schema.Boolean,
  roles: Schema.Array(RoleName),
  teamIds: Schema.Array(TeamId)
})

const Membership = Schema.Struct({ teamId: TeamId, userId: UserId })

/** What the slice tells the world. None of these belongs to a ticket, and none holds a secret. */
export const userEvents = {
  "user.created": { about: "An account was made.", payload: Account },
  "user.updated": { about: "An account changed; the payload is the account as it is now.", payload: Account },
  "user.roles_changed": {
    about: "Somebody has other roles.",
    payload: Schema.Struct({ userId: UserId, from: Schema.Array(RoleName), to: Schema.Array(RoleName) })
  },
  "team.created": {
    about: "A team was made.",
    payload: Schema.Struct({ teamId: TeamId, name: Schema.String.annotate({ examples: ["Support"] }) })
  },
  "team.member_added": { about: "Somebody is in a team.", payload: Membership },
  "team.member_removed": { about: "Somebody is in a team no more.", payload: Membership }
} as const satisfies Record<string, EventType>

export const userEvent = (
  type: keyof typeof userEvents,
  payload: { readonly [key: string]: Schema.Json }
): NewEvent => ({ type, ticketId: null, seq: null, audience: "internal", payload })

/** What of an account goes into the record: everything but secrets. */
export const recorded = ({ active, email, name, roles, teamIds }: User): { readonly [key: string]: Schema.Json } => ({
  email,
  name,
  active,
  roles: [...roles],
  teamIds: [...teamIds]
})
