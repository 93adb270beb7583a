import { ActionIcon, Button, Textarea } from "@mantine/core"
import type { FormEvent, KeyboardEvent } from "react"
import { useRef } from "react"
import type { Names } from "../people.ts"
import type { Seen } from "../queries.ts"
import type { Somebody } from "../rights.ts"
import { may } from "../rights.ts"
import { Pencil } from "./icons.tsx"
import { Ago } from "./Marks.tsx"
import { Refusal } from "./Refusal.tsx"
import { Said } from "./Said.tsx"
import { useWording } from "./useWording.ts"

interface Props {
  readonly seen: Seen
  readonly me: Somebody
  readonly names: Names
}

/** What a ticket was opened with, and a way to put it otherwise for whoever may. */
export const Description = ({ me, names, seen }: Props) => {
  const { begin, change, close, fault, insist, isBack, save, text, write } = useWording(seen, "description")
  const field = useRef<HTMLTextAreaElement>(null)
  const { ticket } = seen
  const said = {
    authorId: ticket.requesterId,
    isNote: false,
    mine: ticket.requesterId === me.id,
    names,
    when: (
      <>
        opened <Ago at={ticket.createdAt} />
      </>
    )
  }
  if (text === null) {
    return (
      <Said
        {...said}
        body={ticket.description === "" ? ticket.title : ticket.description}
        action={may(me, "ticket:update", ticket)
          ? (
            <ActionIcon
              autoFocus={isBack}
              size={24}
              variant="subtle"
              color="gray"
              aria-label="Change the description"
              onClick={begin}
            >
              <Pencil />
            </ActionIcon>
          )
          : null}
      />
    )
  }
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    save(text)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") close()
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) onSubmit(event)
  }
  return (
    <Said {...said} body={null}>
      <form className="description-form" onSubmit={onSubmit} noValidate>
        <Textarea
          ref={field}
          aria-label="Description"
          autoFocus
          autosize
          minRows={3}
          maxRows={14}
          maxLength={20_000}
          value={text}
          error={fault}
          onChange={({ currentTarget: { value } }) => write(value)}
          onKeyDown={onKeyDown}
        />
        <div className="choices">
          <Button type="submit" size="xs" loading={change.isPending}>Save</Button>
          <Button size="xs" variant="default" onClick={close}>Cancel</Button>
        </div>
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
    </Said>
  )
}
