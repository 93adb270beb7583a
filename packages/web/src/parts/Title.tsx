import { ActionIcon, Button, TextInput } from "@mantine/core"
import { troubleOf } from "@opsdesk/client/troubleOf"
import type { FormEvent, RefObject } from "react"
import { useRef, useState } from "react"
import type { Wish } from "../changes.ts"
import { Overtaken, useChange } from "../changes.ts"
import type { Names } from "../people.ts"
import type { Seen } from "../queries.ts"
import type { Somebody } from "../rights.ts"
import { may } from "../rights.ts"
import { Pencil } from "./icons.tsx"
import { Refusal } from "./Refusal.tsx"

interface Props {
  readonly seen: Seen
  readonly me: Somebody
  readonly names: Names
  readonly heading: RefObject<HTMLHeadingElement | null>
}

interface Draft {
  readonly title: string
  /** As it stood when somebody began to write. */
  readonly seen: Seen
}

/** What a ticket is called, and a way to call it something else for whoever may. */
export const Title = ({ heading, me, names, seen }: Props) => {
  const [draft, setDraft] = useState<Draft | null>(null)
  const change = useChange(seen)
  const [isBack, setIsBack] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const { ticket } = seen
  const close = () => {
    setDraft(null)
    setIsBack(true)
    change.reset()
  }
  if (draft === null) {
    return (
      <div className="title">
        <h1 ref={heading} tabIndex={-1}>{ticket.title}</h1>
        {may(me, "ticket:update", ticket)
          ? (
            <ActionIcon
              // A keyboard comes back to where it left.
              autoFocus={isBack}
              variant="subtle"
              color="gray"
              aria-label="Change the title"
              onClick={() => setDraft({ title: ticket.title, seen })}
            >
              <Pencil />
            </ActionIcon>
          )
          : null}
      </div>
    )
  }
  const ask = (seen: Seen, wish: Wish) => change.mutate({ seen, wish }, { onSuccess: close })
  const insist = (wish: Wish) => {
    ask(seen, wish)
    field.current?.focus()
  }
  const title = draft.title.trim()
  const save = (event: FormEvent) => {
    event.preventDefault()
    if (title === draft.seen.ticket.title) return close()
    // Whoever saves again after a conflict has read of it.
    ask(change.error instanceof Overtaken ? seen : draft.seen, { part: "title", to: title })
  }
  const fault = change.isError && !(change.error instanceof Overtaken)
    ? troubleOf(change.error).fields.get("title")
    : undefined
  return (
    <form className="title-form" onSubmit={save} noValidate>
      <TextInput
        ref={field}
        aria-label="Title"
        autoFocus
        maxLength={200}
        value={draft.title}
        error={fault}
        onChange={({ currentTarget: { value } }) => setDraft({ ...draft, title: value })}
        onKeyDown={({ key }) => key === "Escape" && close()}
      />
      <Button type="submit" size="xs" disabled={title === ""} loading={change.isPending}>Save</Button>
      <Button size="xs" variant="default" onClick={close}>Cancel</Button>
      {fault === undefined
        ? <Refusal change={change} me={me} names={names} seen={seen} insist={insist} leave={close} />
        : null}
    </form>
  )
}
