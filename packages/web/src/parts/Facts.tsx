import type { Priority, TicketType } from "@opsdesk/client/things"
import { useRef } from "react"
import type { Part, Wish } from "../changes.ts"
import { useChange } from "../changes.ts"
import type { Names } from "../people.ts"
import type { Seen } from "../queries.ts"
import type { Me } from "../rights.ts"
import { may, maySeePeople, movesFor } from "../rights.ts"
import { priorityWords, statusWords, typeWords } from "../words.ts"
import { AssigneeFact } from "./AssigneeFact.tsx"
import { Choice } from "./Choice.tsx"
import { Ago, PriorityMark, StatusMark } from "./Marks.tsx"
import { Refusal } from "./Refusal.tsx"
import { TeamFact } from "./TeamFact.tsx"
import { Watchers } from "./Watchers.tsx"

interface Props {
  readonly seen: Seen
  readonly me: Me
  readonly names: Names
  /** Called with what takes the ticket out of one's sight as it is done, and with null if it does not after all. */
  readonly leaving: (by: Wish | null) => void
  /** It is out of sight. */
  readonly gone: () => void
}

const priorities: ReadonlyArray<Priority> = ["urgent", "high", "normal", "low"]
const types: ReadonlyArray<TicketType> = ["incident", "request"]

/** What is known of a ticket beside what was said on it, and what can be changed by whoever looks at it. */
export const Facts = ({ gone, leaving, me, names, seen }: Props) => {
  const { ticket } = seen
  const change = useChange(seen)
  const panel = useRef<HTMLElement>(null)
  const wish = (wish: Wish) => {
    const isLeaving = !may(me, "ticket:read", { ...ticket, [wish.part]: wish.to })
    leaving(isLeaving ? wish : null)
    change.mutate({ seen, wish }, isLeaving ? { onSuccess: gone, onError: () => leaving(null) } : {})
  }
  const moves = movesFor(me, ticket)
  const mayEdit = may(me, "ticket:update", ticket)
  const of = (part: Part) => ({
    "data-part": part,
    "aria-busy": change.isPending && change.variables.wish.part === part
  })
  /** A keyboard goes on at what was to be changed. */
  const goBack = () => {
    const part = change.variables?.wish.part
    panel.current?.querySelector<HTMLElement>(`[data-part="${part}"] :is(button, input)`)?.focus()
  }
  return (
    <aside className="facts" aria-label="About this ticket" ref={panel}>
      <dl>
        <dt>Status</dt>
        <dd className="wide" {...of("status")}>
          {moves.length === 0 ? <StatusMark status={ticket.status} /> : (
            <Choice
              label="Status"
              verb="Move it"
              value={ticket.status}
              words={statusWords}
              options={[ticket.status, ...moves]}
              show={(status) => <StatusMark status={status} />}
              choose={(to) => wish({ part: "status", to })}
            />
          )}
        </dd>
        <dt>Assignee</dt>
        <dd className="wide assignee" {...of("assigneeId")}>
          <AssigneeFact me={me} names={names} seen={seen} wish={wish} />
        </dd>
        <dt>Priority</dt>
        <dd className="wide" {...of("priority")}>
          {mayEdit
            ? (
              <Choice
                label="Priority"
                verb="Change it"
                value={ticket.priority}
                words={priorityWords}
                options={priorities}
                show={(priority) => <PriorityMark priority={priority} />}
                choose={(to) => wish({ part: "priority", to })}
              />
            )
            : <PriorityMark priority={ticket.priority} />}
        </dd>
        <dt>Type</dt>
        <dd className="wide" {...of("type")}>
          {mayEdit
            ? (
              <Choice
                label="Type"
                verb="Change it"
                value={ticket.type}
                words={typeWords}
                options={types}
                show={(type) => typeWords[type]}
                choose={(to) => wish({ part: "type", to })}
              />
            )
            : typeWords[ticket.type]}
        </dd>
        {maySeePeople(me)
          ? (
            <>
              <dt>Team</dt>
              <dd className="wide" {...of("teamId")}>
                <TeamFact me={me} ticket={ticket} wish={wish} />
              </dd>
            </>
          )
          : null}
      </dl>
      <Refusal
        change={change}
        me={me}
        names={names}
        seen={seen}
        insist={(again) => {
          wish(again)
          goBack()
        }}
        leave={() => {
          change.reset()
          goBack()
        }}
      />
      <Watchers me={me} names={names} ticket={ticket} />
      <dl>
        <dt>Requester</dt>
        <dd className="wide">{names.of(ticket.requesterId)}</dd>
        <dt>Opened</dt>
        <dd>
          <Ago at={ticket.createdAt} />
        </dd>
        <dt>Changed</dt>
        <dd>
          <Ago at={ticket.updatedAt} />
        </dd>
        {ticket.resolvedAt === null ? null : (
          <>
            <dt>Resolved</dt>
            <dd>
              <Ago at={ticket.resolvedAt} />
            </dd>
          </>
        )}
      </dl>
    </aside>
  )
}
