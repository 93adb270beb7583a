import { Button, Menu, Select } from "@mantine/core"
import { OpsDesk } from "@opsdesk/client/OpsDesk"
import type { Ticket, TicketStatus, User } from "@opsdesk/client/things"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { Effect } from "effect"
import { ask } from "../desk.ts"
import type { Names } from "../people.ts"
import { keys, usePeople } from "../queries.ts"
import type { Somebody } from "../rights.ts"
import { isAgent, maySeePeople, movesFor } from "../rights.ts"
import { statusWords, typeWords } from "../words.ts"
import { Down } from "./icons.tsx"
import { Ago, PriorityMark, StatusMark } from "./Marks.tsx"
import { TroubleBox } from "./TroubleBox.tsx"

type Rest = OpsDesk["Service"]["rest"]

/** A change of the ticket: its answer is the ticket as it stands then. */
const useChange = <Input, E>(
  ticket: Ticket,
  call: (rest: Rest, input: Input) => Effect.Effect<{ readonly body: { readonly data: Ticket } }, E>
) => {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (input: Input) => ask(Effect.flatMap(OpsDesk, ({ rest }) => call(rest, input))),
    onSuccess: ({ body }) => {
      client.setQueryData(keys.ticket(String(ticket.number)), body.data)
      void client.invalidateQueries({ queryKey: keys.history(ticket.id) })
    },
    // Somebody was faster: what stands there now says who.
    onError: () => void client.invalidateQueries({ queryKey: keys.ticket(String(ticket.number)) })
  })
}

const worksHere = ({ active, roles }: User) => active && roles.some((role) => role !== "customer")

interface Props {
  readonly ticket: Ticket
  readonly me: Somebody
  readonly names: Names
}

const Status = ({ me, ticket }: Omit<Props, "names">) => {
  const moving = useChange(
    ticket,
    ({ tickets }, status: TicketStatus) =>
      tickets.changeTicketStatus({ params: { id: ticket.id }, headers: {}, payload: { status } })
  )
  const moves = movesFor(me, ticket)
  return (
    <>
      {moves.length === 0 ? <StatusMark status={ticket.status} /> : (
        <Menu position="bottom-start">
          <Menu.Target>
            <Button
              size="xs"
              variant="default"
              rightSection={<Down />}
              loading={moving.isPending}
              aria-label={`Status: ${statusWords[ticket.status]}. Move it`}
            >
              <StatusMark status={ticket.status} />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>Move to</Menu.Label>
            {moves.map((status) => (
              <Menu.Item key={status} onClick={() => moving.mutate(status)}>
                <StatusMark status={status} />
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
      {moving.isError ? <TroubleBox error={moving.error} /> : null}
    </>
  )
}

const Assignee = ({ me, names, ticket }: Props) => {
  const people = usePeople(maySeePeople(me)).data
  const assigning = useChange(
    ticket,
    ({ tickets }, assigneeId: Ticket["assigneeId"]) =>
      tickets.assignTicket({ params: { id: ticket.id }, headers: {}, payload: { assigneeId } })
  )
  const claiming = useChange(
    ticket,
    ({ tickets }, _: null) => tickets.claimTicket({ params: { id: ticket.id }, headers: {} })
  )
  if (!isAgent(me)) return <span>{ticket.assigneeId === null ? "Nobody yet" : names.of(ticket.assigneeId)}</span>
  const workers = [...people?.values() ?? []].filter(worksHere)
  const failure = assigning.error ?? claiming.error
  return (
    <>
      <div className="assignee">
        <Select
          size="xs"
          aria-label="Assignee"
          placeholder="Nobody"
          clearable
          clearButtonProps={{ "aria-label": "Give it to nobody" }}
          searchable
          nothingFoundMessage="Nobody of that name"
          data={workers.map(({ id, name }) => ({ value: id, label: name }))}
          value={ticket.assigneeId}
          onChange={(id) =>
            assigning.mutate(id === null ? null : workers.find((worker) => worker.id === id)?.id ?? null)}
        />
        {ticket.assigneeId === null
          ? (
            <Button size="xs" loading={claiming.isPending} onClick={() => claiming.mutate(null)}>
              Take it
            </Button>
          )
          : null}
      </div>
      {failure === null ? null : <TroubleBox error={failure} />}
    </>
  )
}

/** What is known of a ticket beside what was said on it, and what can be changed. */
export const Facts = ({ me, names, ticket }: Props) => (
  <aside className="facts" aria-label="About this ticket">
    <dl>
      <dt>Status</dt>
      <dd className="wide">
        <Status me={me} ticket={ticket} />
      </dd>
      <dt>Assignee</dt>
      <dd className="wide">
        <Assignee me={me} names={names} ticket={ticket} />
      </dd>
      <dt>Priority</dt>
      <dd>
        <PriorityMark priority={ticket.priority} />
      </dd>
      <dt>Type</dt>
      <dd>{typeWords[ticket.type]}</dd>
      <dt>Requester</dt>
      <dd>{names.of(ticket.requesterId)}</dd>
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
