import { Skeleton } from "@mantine/core"
import type { Ticket } from "@opsdesk/client/things"
import { troubleOf } from "@opsdesk/client/troubleOf"
import { useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { Link } from "wouter"
import { useCompany } from "../company.ts"
import { useRoom } from "../live.ts"
import { useOutgoing } from "../outgoing.ts"
import { Composer } from "../parts/Composer.tsx"
import { Conversation } from "../parts/Conversation.tsx"
import { Facts } from "../parts/Facts.tsx"
import { Eye } from "../parts/icons.tsx"
import { StatusMark } from "../parts/Marks.tsx"
import { TroubleBox } from "../parts/TroubleBox.tsx"
import { useTitle } from "../parts/useTitle.ts"
import { useNames } from "../people.ts"
import { addMessage, keys, useTicket } from "../queries.ts"
import type { Somebody } from "../rights.ts"
import { listed } from "../words.ts"
import { NotHere } from "./NotHere.tsx"

interface Props {
  readonly number: number
  readonly me: Somebody
}

const Opened = (
  { me, refused, ticket }: { readonly me: Somebody; readonly ticket: Ticket; readonly refused: () => void }
) => {
  const heading = useTitle(`${ticket.number} ${ticket.title}`)
  const client = useQueryClient()
  const names = useNames(me)
  const { hear, present, writing } = useCompany(me.id)
  const letters = useOutgoing(ticket.id)

  const readAnew = () => {
    void client.invalidateQueries({ queryKey: keys.ticket(String(ticket.number)) })
    void client.invalidateQueries({ queryKey: keys.history(ticket.id) })
  }

  useRoom(`ticket:${ticket.id}`, (news) => {
    hear(news)
    if (news._tag === "CaughtUp" || news._tag === "Resync") {
      readAnew()
      void client.invalidateQueries({ queryKey: keys.messages(ticket.id) })
    }
    if (news._tag !== "Event") return
    if (news.event.type === "message:new") {
      addMessage(client, news.event.message)
      letters.arrived(news.event.message)
    } else readAnew()
  }, refused)

  return (
    <article className="ticket-page">
      <header className="ticket-head">
        <p className="crumbs">
          <Link href="/tickets">Tickets</Link> / <span className="number">{ticket.number}</span>
        </p>
        <h1 ref={heading} tabIndex={-1}>{ticket.title}</h1>
        <div className="under-title">
          <StatusMark key={ticket.status} status={ticket.status} />
          <span className="present" role="status">
            {present.length === 0 ? null : (
              <>
                <Eye /> {listed(present.map(names.of))} {present.length === 1 ? "has" : "have"} this ticket open
              </>
            )}
          </span>
        </div>
      </header>
      <Facts ticket={ticket} me={me} names={names} />
      <div className="talk">
        <Conversation ticket={ticket} me={me} names={names} letters={letters} />
        <Composer ticket={ticket} me={me} say={letters.say} writing={writing.map(names.of)} />
      </div>
    </article>
  )
}

const Loading = () => (
  <div className="ticket-page" role="status" aria-label="Loading the ticket">
    <Skeleton height={28} width="60%" my="md" />
    <Skeleton height={220} my="md" />
  </div>
)

/** A ticket as it stands, with its conversation, both live. */
export const TicketPage = ({ me, number }: Props) => {
  const ticket = useTicket(number)
  const [isWithdrawn, setIsWithdrawn] = useState(false)
  if (isWithdrawn) return <NotHere what="ticket" />
  if (ticket.isPending) return <Loading />
  if (ticket.data === undefined) {
    return troubleOf(ticket.error).code === "not-found"
      ? <NotHere what="ticket" />
      : <TroubleBox error={ticket.error} again={() => void ticket.refetch()} />
  }
  return <Opened ticket={ticket.data} me={me} refused={() => setIsWithdrawn(true)} />
}
