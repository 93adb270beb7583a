import { TeamId, UserId } from "@opsdesk/kernel/Ids"
import { NonBlankText } from "@opsdesk/kernel/Text"
import { Schema } from "effect"

export const TeamName = NonBlankText(100).annotate({ examples: ["Support"] })

export const Team = Schema.Struct({
  id: TeamId,
  name: Schema.String.annotate({ examples: ["Support"] }),
  memberIds: Schema.Array(UserId)
}).annotate({ identifier: "Team" })
export type Team = typeof Team.Type

export const NewTeam = Schema.Struct({ name: TeamName }).annotate({ identifier: "NewTeam" })
export type NewTeam = typeof NewTeam.Type
