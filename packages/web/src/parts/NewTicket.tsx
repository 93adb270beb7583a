import { Button, Group, Modal, SegmentedControl, Textarea, TextInput } from "@mantine/core"
import { OpsDesk } from "@opsdesk/client/OpsDesk"
import { troubleOf } from "@opsdesk/client/troubleOf"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { Effect } from "effect"
import type { FormEvent } from "react"
import { useId, useState } from "react"
import { useLocation } from "wouter"
import { ask } from "../desk.ts"
import { keys } from "../queries.ts"
import type { Somebody } from "../rights.ts"
import { priorityWords, typeWords } from "../words.ts"
import { TroubleBox } from "./TroubleBox.tsx"

type Type = keyof typeof typeWords
type Priority = keyof typeof priorityWords

interface Draft {
  readonly title: string
  readonly description: string
  readonly type: Type
  readonly priority: Priority
}

const blank: Draft = { title: "", description: "", type: "incident", priority: "normal" }

const openTicket = (draft: Draft) =>
  ask(Effect.flatMap(OpsDesk, ({ rest }) => rest.tickets.openTicket({ payload: draft })))

const options = <Word extends string>(words: Readonly<Record<Word, string>>) =>
  Object.entries<string>(words).map(([value, label]) => ({ value, label }))

const isType = (value: string): value is Type => value in typeWords
const isPriority = (value: string): value is Priority => value in priorityWords

interface Props {
  readonly me: Somebody
  readonly opened: boolean
  readonly close: () => void
}

/** A form for a ticket; what is in it stays until the ticket is there, also when the dialog is closed. */
export const NewTicket = ({ close, opened }: Props) => {
  const [draft, setDraft] = useState(blank)
  const [, go] = useLocation()
  const client = useQueryClient()
  const [typeId, priorityId] = [useId(), useId()]
  const opening = useMutation({
    mutationFn: openTicket,
    onSuccess: ({ body }) => {
      setDraft(blank)
      close()
      void client.invalidateQueries({ queryKey: keys.lists })
      go(`/tickets/${body.data.number}`)
    }
  })
  const fields = opening.isError ? troubleOf(opening.error).fields : new Map<string, string>()
  const send = (event: FormEvent) => {
    event.preventDefault()
    opening.mutate(draft)
  }
  return (
    <Modal opened={opened} onClose={close} title="New ticket" size="lg" closeButtonProps={{ "aria-label": "Close" }}>
      <form onSubmit={send} className="form" noValidate>
        <TextInput
          label="What is it about?"
          placeholder="VPN drops every ten minutes"
          data-autofocus
          required
          withAsterisk={false}
          maxLength={200}
          value={draft.title}
          error={fields.get("title")}
          onChange={({ currentTarget: { value } }) =>
            setDraft({ ...draft, title: value })}
        />
        <Textarea
          label="What happened, and since when?"
          autosize
          minRows={5}
          maxRows={14}
          value={draft.description}
          error={fields.get("description")}
          onChange={({ currentTarget: { value } }) =>
            setDraft({ ...draft, description: value })}
        />
        <div className="pair">
          <div>
            <span className="label" id={typeId}>Type</span>
            <SegmentedControl
              fullWidth
              aria-labelledby={typeId}
              data={options(typeWords)}
              value={draft.type}
              onChange={(value) =>
                isType(value) && setDraft({ ...draft, type: value })}
            />
          </div>
          <div>
            <span className="label" id={priorityId}>Priority</span>
            <SegmentedControl
              fullWidth
              aria-labelledby={priorityId}
              data={options(priorityWords)}
              value={draft.priority}
              onChange={(value) =>
                isPriority(value) && setDraft({ ...draft, priority: value })}
            />
          </div>
        </div>
        {opening.isError && fields.size === 0 ? <TroubleBox error={opening.error} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>Cancel</Button>
          <Button type="submit" loading={opening.isPending} disabled={draft.title.trim() === ""}>Open ticket</Button>
        </Group>
      </form>
    </Modal>
  )
}
