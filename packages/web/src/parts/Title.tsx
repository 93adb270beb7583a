import { ActionIcon, Button, TextInput } from "@mantine/core"
import type { FormEvent, RefObject } from "react"
import { useRef } from "react"
import type { Names } from "../people.ts"
import type { Seen } from "../queries.ts"
import type { Somebody } from "../rights.ts"
import { may } from "../rights.ts"
import { Pencil } from "./icons.tsx"
import { Refusal } from "./Refusal.tsx"
import { useWording } from "./useWording.ts"

interface Props {
  readonly seen: Seen
  readonly me: Somebody
  readonly names: Names
  readonly heading: RefObject<HTMLHeadingElement | null>
}

/** What a ticket is called, and a way to call it something else for whoever may. */
export const Title = ({ heading, me, names, seen }: Props) => {
  const { begin, change, close, fault, insist, isBack, save, text, write } = useWording(seen, "title")
  const field = useRef<HTMLInputElement>(null)
  const { ticket } = seen
  if (text === null) {
    return (
      <div className="title">
        <h1 ref={heading} tabIndex={-1}>{ticket.title}</h1>
        {may(me, "ticket:update", ticket)
          ? (
            <ActionIcon
              autoFocus={isBack}
              variant="subtle"
              color="gray"
              aria-label="Change the title"
              onClick={begin}
            >
              <Pencil />
            </ActionIcon>
          )
          : null}
      </div>
    )
  }
  const title = text.trim()
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (title !== "") save(title)
  }
  return (
    <form className="title-form" onSubmit={onSubmit} noValidate>
      <TextInput
        ref={field}
        aria-label="Title"
        autoFocus
        maxLength={200}
        value={text}
        error={fault}
        onChange={({ currentTarget: { value } }) => write(value)}
        onKeyDown={({ key }) => key === "Escape" && close()}
      />
      <Button type="submit" size="xs" disabled={title === ""} loading={change.isPending}>Save</Button>
      <Button size="xs" variant="default" onClick={close}>Cancel</Button>
      {fault === undefined
        ? (
          <Refusal
            change={change}
            me={me}
            names={names}
            seen={seen}
            insist={(wish) => {
              insist(wish)
              field.current?.focus()
            }}
            leave={close}
          />
        )
        : null}
    </form>
  )
}
