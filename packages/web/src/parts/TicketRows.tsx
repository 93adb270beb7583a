import type { TicketSummary, User } from "@opsdesk/client/things"
import { Link } from "wouter"
import type { Somebody } from "../rights.ts"
import { isAgent } from "../rights.ts"
import { typeWords } from "../words.ts"
import { Initials } from "./Initials.tsx"
import { Ago, PriorityMark, StatusMark } from "./Marks.tsx"

interface Props {
  readonly tickets: ReadonlyArray<TicketSummary>
  readonly people: ReadonlyMap<string, User> | undefined
  readonly me: Somebody
}

const Assignee = ({ id, people }: { readonly id: string | null; readonly people: Props["people"] }) => {
  if (id === null) return <span className="quiet">Nobody</span>
  const name = people?.get(id)?.name ?? "…"
  return (
    <span className="person">
      <Initials id={id} name={name} />
      {name}
    </span>
  )
}

/** Tickets as a table where there is room, and as cards on a phone. */
export const TicketRows = ({ me, people, tickets }: Props) => {
  const showsAssignee = isAgent(me)
  return (
    <table className="rows">
      <thead>
        <tr>
          <th scope="col">Number</th>
          <th scope="col">Title</th>
          <th scope="col">Status</th>
          <th scope="col">Priority</th>
          {showsAssignee ? <th scope="col">Assignee</th> : null}
          <th scope="col">Changed</th>
        </tr>
      </thead>
      <tbody>
        {tickets.map((ticket) => (
          <tr key={ticket.id} data-version={ticket.version}>
            <td className="number">{ticket.number}</td>
            <td className="title">
              <Link href={`/tickets/${ticket.number}`}>{ticket.title}</Link>
              {ticket.type === "request" ? <span className="tag">{typeWords.request}</span> : null}
            </td>
            <td>
              <StatusMark key={ticket.status} status={ticket.status} />
            </td>
            <td>
              <PriorityMark priority={ticket.priority} />
            </td>
            {showsAssignee
              ? (
                <td>
                  <Assignee id={ticket.assigneeId} people={people} />
                </td>
              )
              : null}
            <td className="quiet when">
              <Ago at={ticket.updatedAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
