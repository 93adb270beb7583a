import type { Priority, TicketStatus } from "@opsdesk/client/things"
import type { DateTime } from "effect"
import { DateTime as Time } from "effect"
import { useEffect, useState } from "react"
import { ago, inFull, priorityWords, statusWords } from "../words.ts"

export const StatusMark = ({ status }: { readonly status: TicketStatus }) => (
  <span className="status" data-status={status}>{statusWords[status]}</span>
)

export const PriorityMark = ({ priority }: { readonly priority: Priority }) => (
  <span className="priority" data-priority={priority}>
    <span className="bars" aria-hidden>
      <i />
      <i />
      <i />
    </span>
    {priorityWords[priority]}
  </span>
)

const minute = 60_000

/** How long ago something was, kept true while it is looked at; in full for who asks. */
export const Ago = ({ at }: { readonly at: DateTime.Utc }) => {
  const [now, setNow] = useState(() => Time.nowUnsafe())
  useEffect(() => {
    setNow(Time.nowUnsafe())
    const timer = setInterval(() => setNow(Time.nowUnsafe()), minute)
    return () => clearInterval(timer)
  }, [at])
  return <time dateTime={Time.formatIso(at)} title={inFull(at)}>{ago(at, now)}</time>
}
