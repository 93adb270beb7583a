import { Button, Select } from "@mantine/core"
import type { Ticket, User } from "@opsdesk/client/things"
import { useRef } from "react"
import type { Wish } from "../changes.ts"
import { useClaim } from "../changes.ts"
import type { Names } from "../people.ts"
import { asOptions, worksHere } from "../people.ts"
import type { Seen } from "../queries.ts"
import { usePeople } from "../queries.ts"
import type { Somebody } from "../rights.ts"
import { may, maySeePeople } from "../rights.ts"
import { TroubleBox } from "./TroubleBox.tsx"

interface Props {
  readonly me: Somebody
  readonly names: Names
  readonly seen: Seen
  readonly wish: (wish: Wish) => void
}

const nobody = "nobody"

/** Whoever works here, and whoever has the ticket all the same. */
const choices = (people: ReadonlyMap<string, User> | undefined, { assigneeId }: Ticket) => {
  const all = [...people?.values() ?? []]
  const fitting = all.filter((person) => worksHere(person) || person.id === assigneeId)
  return { fitting, options: [{ value: nobody, label: "Nobody" }, ...asOptions(fitting)] }
}

/** Who works on a ticket: to be read, or to be said by whoever may. */
export const AssigneeFact = ({ me, names, seen, wish }: Props) => {
  const { ticket } = seen
  const people = usePeople(maySeePeople(me))
  const claim = useClaim(seen)
  const select = useRef<HTMLInputElement>(null)
  const isNobodys = ticket.assigneeId === null
  const { fitting, options } = choices(people.data, ticket)
  const mayAssign = may(me, "ticket:assign", ticket)
  const choose = (id: string | null) => {
    const assigneeId = fitting.find((person) => person.id === id)?.id ?? null
    if (assigneeId !== ticket.assigneeId) wish({ part: "assigneeId", to: assigneeId })
  }
  return (
    <>
      {mayAssign && people.data !== undefined
        ? (
          <Select
            ref={select}
            size="xs"
            aria-label="Assignee"
            searchable
            nothingFoundMessage="Nobody of that name"
            data={options}
            value={ticket.assigneeId ?? nobody}
            onChange={choose}
          />
        )
        : <span>{isNobodys ? "Nobody yet" : names.of(ticket.assigneeId)}</span>}
      {mayAssign && isNobodys
        ? (
          <Button
            size="xs"
            loading={claim.isPending}
            onClick={() => claim.mutate(undefined, { onSuccess: () => select.current?.focus() })}
          >
            Take it
          </Button>
        )
        : null}
      {claim.isError ? <TroubleBox error={claim.error} close={claim.reset} /> : null}
    </>
  )
}
