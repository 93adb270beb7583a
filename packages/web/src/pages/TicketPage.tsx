import { Skeleton } from "@mantine/core"
import { troubleOf } from "@opsdesk/client/troubleOf"
import { useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { Link } from "wouter"
import type { Wish } from "../changes.ts"
import { useCompany } from "../company.ts"
import { useRoom } from "../live.ts"
import { useOutgoing } from "../outgoing.ts"
import { Composer } from "../parts/Composer.tsx"
import { Conversation } from "../parts/Conversation.tsx"
import { Facts } from "../parts/Facts.tsx"
import { Eye } from "../parts/icons.tsx"
import { StatusMark } from "../parts/Marks.tsx"
import { Title } from "../parts/Title.tsx"
import { TroubleBox } from "../parts/TroubleBox.tsx"
import { useTitle } from "../parts/useTitle.ts"
import { useNames } from "../people.ts"
import type { Seen } from "../queries.ts"
import { addMessage, keys, useTeams, useTicket } from "../queries.ts"
import type { Me } from "../rights.ts"
import { maySeePeople } from "../rights.ts"
import { listed } from "../words.ts"
import { NotHere } from "./NotHere.tsx"

interface Props {
  readonly number: number
  readonly me: Me
}

interface OpenedProps {
  readonly me: Me
  readonly seen: Seen
  readonly refused: () => void
  readonly leaving: (by: Wish | null) => void
}

const Opened = ({ leaving, me, refused, seen }: OpenedProps) => {
  const { ticket } = seen
  const heading = useTitle(`${ticket.number} ${ticket.title}`)
  const client = useQueryClient()
  const names = useNames(me)
  const { hear, present, writing } = useCompany(me.id)
  const letters = useOutgoing(ticket.id)

  const readAnew = () => {
    void client.invalidateQueries({ queryKey: keys.ticket(String(ticket.number)) })
    void client.invalidateQueries({ queryKey: keys.history(ticket.id) })
    void client.invalidateQueries({ queryKey: keys.watchers(ticket.id) })
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
        <Title heading={heading} me={me} names={names} seen={seen} />
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
      <Facts seen={seen} me={me} names={names} leaving={leaving} gone={refused} />
      <div className="talk">
        <Conversation seen={seen} me={me} names={names} letters={letters} />
        <Composer ticket={ticket} me={me} say={letters.say} writing={writing.map(names.of)} />
      </div>
    </article>
  )
}

const Loading = () => (
  <div className="ticket-page" role="status" aria-label="Loading the ticket">
    <div className="ticket-head">
      <Skeleton height={28} width="60%" />
    </div>
    <div className="talk loading">
      <Skeleton height={90} />
      <Skeleton height={64} />
    </div>
    <div className="facts loading">
      {Array.from({ length: 5 }, (_, at) => <Skeleton key={at} height={30} />)}
    </div>
  </div>
)

/** One has given the ticket away, and sees it no more. */
const HandedOver = ({ by, me, number }: Props & { readonly by: Wish }) => {
  const heading = useTitle("Handed over")
  const names = useNames(me)
  const teams = useTeams(maySeePeople(me)).data
  const to = by.part === "teamId"
    ? teams?.find(({ id }) => id === by.to)?.name
    : by.to === null
    ? null
    : names.of(by.to)
  return (
    <section className="empty">
      <h1 ref={heading} tabIndex={-1}>Ticket {number} is with {to ?? "its team"} now</h1>
      <p>You do not see it any more.</p>
      <p>
        <Link href="/tickets">All tickets</Link>
      </p>
    </section>
  )
}

/** A ticket as it stands, with its conversation, both live. */
export const TicketPage = ({ me, number }: Props) => {
  const ticket = useTicket(number)
  const [isWithdrawn, setIsWithdrawn] = useState(false)
  const [leftBy, setLeftBy] = useState<Wish | null>(null)
  if (isWithdrawn) {
    return leftBy === null ? <NotHere what="ticket" /> : <HandedOver number={number} me={me} by={leftBy} />
  }
  if (ticket.isPending) return <Loading />
  if (ticket.data === undefined) {
    return troubleOf(ticket.error).code === "not-found"
      ? <NotHere what="ticket" />
      : (
        <div className="list-page">
          <TroubleBox error={ticket.error} again={() => void ticket.refetch()} />
        </div>
      )
  }
  return <Opened seen={ticket.data} me={me} refused={() => setIsWithdrawn(true)} leaving={setLeftBy} />
}
