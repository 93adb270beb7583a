import { Button, SegmentedControl, Textarea } from "@mantine/core"
import type { Ticket, Visibility } from "@opsdesk/client/things"
import { DateTime } from "effect"
import type { FormEvent, KeyboardEvent } from "react"
import { useEffect, useRef, useState } from "react"
import { sayTyping } from "../live.ts"
import type { Somebody } from "../rights.ts"
import { may } from "../rights.ts"
import { listed } from "../words.ts"

interface Props {
  readonly ticket: Ticket
  readonly me: Somebody
  readonly say: (body: string, visibility: Visibility) => Promise<void>
  /** The names of who else is writing. */
  readonly writing: ReadonlyArray<string>
}

/** It lapses after 5 s, so it is said again before. */
const sayAgainAfter = 3_000

/** Tells the others that one writes, now and then, and that one has stopped. */
const useSayTyping = (ticketId: string) => {
  const said = useRef(0)
  const stop = () => {
    if (said.current !== 0) sayTyping(ticketId, false)
    said.current = 0
  }
  useEffect(() => stop, [ticketId])
  const go = () => {
    const now = DateTime.toEpochMillis(DateTime.nowUnsafe())
    if (now - said.current < sayAgainAfter) return
    said.current = now
    sayTyping(ticketId, true)
  }
  return { go, stop }
}

const ways: ReadonlyArray<{ readonly value: Visibility; readonly label: string; readonly permission: string }> = [
  { value: "public", label: "Reply", permission: "message:send" },
  { value: "internal", label: "Internal note", permission: "message:send_internal" }
]

/** Where one writes: a reply to everybody on the ticket, or a note among those who work on it; as far as one may. */
export const Composer = ({ me, say, ticket, writing }: Props) => {
  const [body, setBody] = useState("")
  const [wanted, setWanted] = useState<Visibility>("public")
  const open = ways.filter(({ permission }) => may(me, permission, ticket))
  const visibility = (open.find(({ value }) => value === wanted) ?? open[0])?.value ?? "public"
  const typing = useSayTyping(ticket.id)
  const isNote = visibility === "internal"
  const send = () => {
    if (open.length === 0 || body.trim() === "") return
    void say(body, visibility)
    setBody("")
    typing.stop()
  }
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    send()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    send()
  }
  if (open.length === 0) return <p className="composer quiet">You may read this, and not write on it.</p>
  return (
    <form className="composer" data-note={isNote} onSubmit={onSubmit}>
      <p className="writing quiet" role="status">
        {writing.length === 0 ? null : `${listed(writing)} ${writing.length === 1 ? "is" : "are"} writing…`}
      </p>
      <Textarea
        aria-label={isNote ? "Internal note" : "Reply"}
        placeholder={isNote ? "A note for those who work on this. The customer never sees it." : "Write a reply"}
        autosize
        minRows={2}
        maxRows={10}
        maxLength={10_000}
        value={body}
        onBlur={typing.stop}
        onKeyDown={onKeyDown}
        onChange={({ currentTarget }) => {
          setBody(currentTarget.value)
          if (currentTarget.value !== "") typing.go()
        }}
      />
      <div className="composer-end">
        {open.length > 1
          ? (
            <SegmentedControl
              size="xs"
              aria-label="Who reads it"
              data={open.map(({ label, value }) => ({ label, value }))}
              value={visibility}
              onChange={(value) => setWanted(value === "internal" ? "internal" : "public")}
            />
          )
          : null}
        <span className="quiet fine wide-only">Ctrl + Enter sends</span>
        <Button type="submit" size="xs" disabled={body.trim() === ""}>{isNote ? "Add note" : "Send"}</Button>
      </div>
    </form>
  )
}
