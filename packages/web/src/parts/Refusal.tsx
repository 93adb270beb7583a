import type { Ticket } from "@opsdesk/client/things"
import type { Change, Part, Wish } from "../changes.ts"
import { Overtaken } from "../changes.ts"
import type { Names } from "../people.ts"
import type { Seen } from "../queries.ts"
import { useTeams } from "../queries.ts"
import type { Somebody } from "../rights.ts"
import { maySeePeople } from "../rights.ts"
import { priorityWords, statusWords, typeWords } from "../words.ts"
import { ConflictBox } from "./ConflictBox.tsx"
import { TroubleBox } from "./TroubleBox.tsx"

interface Props {
  readonly change: Change
  readonly me: Somebody
  readonly names: Names
  readonly seen: Seen
  readonly insist: (wish: Wish) => void
  readonly leave: () => void
}

/** Why a change was not made, and what can be done about it; nothing while there is nothing to say. */
export const Refusal = ({ change, insist, leave, me, names, seen }: Props) => {
  const teams = useTeams(maySeePeople(me)).data
  const { error } = change
  if (error === null) return null
  if (!(error instanceof Overtaken)) return <TroubleBox error={error} close={leave} />
  const inWords = (part: Part, ticket: Pick<Ticket, Part>): string => {
    switch (part) {
      case "title":
        return ticket.title
      case "description":
        return ticket.description === "" ? "Nothing" : ticket.description
      case "priority":
        return priorityWords[ticket.priority]
      case "type":
        return typeWords[ticket.type]
      case "status":
        return statusWords[ticket.status]
      case "teamId":
        return ticket.teamId === null ? "No team" : teams?.find(({ id }) => id === ticket.teamId)?.name ?? "…"
      case "assigneeId":
        return ticket.assigneeId === null ? "Nobody" : names.of(ticket.assigneeId)
    }
  }
  return (
    <ConflictBox
      overtaken={error}
      ticket={seen.ticket}
      inWords={inWords}
      insist={() => insist(error.wish)}
      leave={leave}
    />
  )
}
