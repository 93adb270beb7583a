import { ActionIcon, Button, Select, Skeleton } from "@mantine/core"
import type { Ticket } from "@opsdesk/client/things"
import { troubleOf } from "@opsdesk/client/troubleOf"
import { useId, useRef, useState } from "react"
import type { Names } from "../people.ts"
import { asOptions } from "../people.ts"
import { usePeople, useWatchers } from "../queries.ts"
import type { Me } from "../rights.ts"
import { may, maySeePeople } from "../rights.ts"
import { useWatching } from "../watching.ts"
import { Cross, Eye, Plus } from "./icons.tsx"
import { Initials } from "./Initials.tsx"
import { TroubleBox } from "./TroubleBox.tsx"

interface Props {
  readonly me: Me
  readonly names: Names
  readonly ticket: Ticket
}

/** The desk tells which of the two; it cannot be said better than so without taking its words apart. */
const cannot = (name: string) => ({
  title: `${name} cannot watch this ticket`,
  detail: "Who watches it must be allowed to see it, and 100 people at most do."
})

const others = (count: number): string => count === 1 ? "1 other person" : `${count} other people`

/** Who else hears of a ticket: everybody sees it, says so of themselves, and whoever gives tickets out also of others. */
export const Watchers = ({ me, names, ticket }: Props) => {
  const heading = useId()
  const watchers = useWatchers(ticket.id)
  const watching = useWatching(ticket.id)
  const people = usePeople(maySeePeople(me)).data
  const [isAdding, setIsAdding] = useState(false)
  const add = useRef<HTMLButtonElement>(null)
  const known = watchers.data ?? []
  const isMine = known.some(({ userId }) => userId === me.id)
  const rest = known.filter(({ userId }) => userId !== me.id)
  const mayAssign = may(me, "ticket:assign", ticket)
  const already = new Set<string>([...known.map(({ userId }) => userId), me.id, ticket.requesterId])
  const addable = [...people?.values() ?? []].filter(({ active, id }) => active && !already.has(id))
  const stopAdding = () => {
    setIsAdding(false)
    add.current?.focus()
  }
  const isRefused = watching.isError && troubleOf(watching.error).code === "validation-failed"
  return (
    <section className="watchers" aria-labelledby={heading}>
      <h2 id={heading}>Watchers</h2>
      {watchers.isPending ? <Skeleton height={18} width="70%" /> : null}
      {watchers.isError ? <TroubleBox error={watchers.error} again={() => void watchers.refetch()} /> : null}
      {watchers.data !== undefined
        ? (
          <>
            <ul>
              {known.length === 0 ? <li className="quiet">Nobody</li> : null}
              {isMine
                ? (
                  <li className="person">
                    <Initials id={me.id} name={me.name} />You
                  </li>
                )
                : null}
              {people === undefined
                ? rest.length === 0 ? null : <li>{others(rest.length)}</li>
                : rest.map(({ userId }) => (
                  <li key={userId} className="person">
                    <Initials id={userId} name={names.inFull(userId)} />
                    {names.of(userId)}
                    {mayAssign
                      ? (
                        <ActionIcon
                          size={24}
                          variant="subtle"
                          color="gray"
                          aria-label={`${names.of(userId)} watches no more`}
                          onClick={() => {
                            watching.mutate({ userId, watches: false })
                            add.current?.focus()
                          }}
                        >
                          <Cross />
                        </ActionIcon>
                      )
                      : null}
                  </li>
                ))}
            </ul>
            <div className="choices">
              <Button
                size="xs"
                variant="default"
                leftSection={<Eye />}
                aria-busy={watching.isPending}
                onClick={() => watching.mutate({ userId: me.id, watches: !isMine })}
              >
                {isMine ? "Stop watching" : "Watch"}
              </Button>
              {mayAssign && people !== undefined
                ? (
                  <Button
                    ref={add}
                    size="xs"
                    variant="default"
                    leftSection={<Plus />}
                    aria-label="Add somebody"
                    aria-expanded={isAdding}
                    onClick={() => setIsAdding(!isAdding)}
                  >
                    Add
                  </Button>
                )
                : null}
            </div>
            {isAdding
              ? (
                <Select
                  size="xs"
                  aria-label="Who else is to watch"
                  placeholder="Name"
                  autoFocus
                  searchable
                  defaultDropdownOpened
                  nothingFoundMessage="Nobody of that name"
                  data={asOptions(addable)}
                  value={null}
                  onChange={(id) => {
                    const person = addable.find((one) => one.id === id)
                    if (person !== undefined) watching.mutate({ userId: person.id, watches: true })
                    stopAdding()
                  }}
                  onKeyDown={({ key }) => key === "Escape" && stopAdding()}
                />
              )
              : null}
            {watching.isError
              ? (
                <TroubleBox
                  error={watching.error}
                  close={watching.reset}
                  says={isRefused ? cannot(names.of(watching.variables.userId)) : undefined}
                />
              )
              : null}
          </>
        )
        : null}
    </section>
  )
}
