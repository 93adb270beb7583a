import { Button, Skeleton } from "@mantine/core"
import type { HistoryEntry } from "@opsdesk/client/things"
import { useLayoutEffect, useRef } from "react"
import { inOrder } from "../conversation.ts"
import type { Outgoing, useOutgoing } from "../outgoing.ts"
import type { Names } from "../people.ts"
import type { Seen } from "../queries.ts"
import { useHistory, useMessages } from "../queries.ts"
import type { Somebody } from "../rights.ts"
import { statusWords } from "../words.ts"
import { Description } from "./Description.tsx"
import { Ago, StatusMark } from "./Marks.tsx"
import { Said } from "./Said.tsx"
import { TroubleBox } from "./TroubleBox.tsx"

const Moved = ({ move, names }: { readonly move: HistoryEntry; readonly names: Names }) => (
  <li className="moved">
    <span>
      <strong>{names.of(move.actorId)}</strong> moved it from {move.from === null ? "nowhere" : statusWords[move.from]}
      {" "}
      to <StatusMark status={move.to} />{" "}
      <span className="quiet">
        <Ago at={move.at} />
      </span>
    </span>
    {move.comment === null ? null : <q>{move.comment}</q>}
  </li>
)

interface Props {
  readonly seen: Seen
  readonly me: Somebody
  readonly names: Names
  readonly letters: Pick<ReturnType<typeof useOutgoing>, "outgoing" | "again" | "drop">
}

const Leaving = ({ letter, letters, me, names }: { readonly letter: Outgoing } & Omit<Props, "seen">) => (
  <Said
    authorId={me.id}
    body={letter.body}
    isNote={letter.visibility === "internal"}
    mine
    names={names}
    state={letter.trouble === null ? "sending" : "failed"}
    when={letter.trouble === null ? "sending…" : "not sent"}
  >
    {letter.trouble === null ? null : (
      <div className="not-sent" role="alert">
        <span>{letter.trouble.title}. {letter.trouble.detail}</span>
        <Button size="compact-xs" variant="default" onClick={() => void letters.again(letter)}>Try again</Button>
        <Button size="compact-xs" variant="subtle" color="gray" onClick={() => letters.drop(letter)}>Discard</Button>
      </div>
    )}
  </Said>
)

/** So near the end, in pixels, somebody is taken to read along. */
const near = 160

/** Keeps the newest in view for whoever is there or has just written, and leaves who reads further up where they are. */
const useEnd = (count: number, own: number) => {
  const end = useRef<HTMLDivElement>(null)
  const seen = useRef({ count, own })
  useLayoutEffect(() => {
    const before = seen.current
    seen.current = { count, own }
    const below = (end.current?.getBoundingClientRect().top ?? 0) - globalThis.innerHeight
    const isThere = count > before.count && before.count > 0 && below < near
    if (own > before.own || isThere) end.current?.scrollIntoView({ block: "end" })
  }, [count, own])
  return end
}

/** What was said and done on a ticket, the oldest first. */
export const Conversation = ({ letters, me, names, seen }: Props) => {
  const { ticket } = seen
  const messages = useMessages(ticket.id)
  const history = useHistory(ticket.id)
  const entries = inOrder(messages.data ?? [], history.data ?? [])
  const known = new Set(messages.data?.map(({ clientMessageId }) => clientMessageId))
  const leaving = letters.outgoing.filter(({ clientMessageId }) => !known.has(clientMessageId))
  const end = useEnd(entries.length + leaving.length, leaving.length)
  return (
    <section aria-label="Conversation">
      <div role="log" aria-label="Messages and changes">
        <ol className="conversation">
          <Description seen={seen} me={me} names={names} />
          {entries.map((entry) =>
            entry.kind === "move" ? <Moved key={entry.move.id} move={entry.move} names={names} /> : (
              <Said
                key={entry.message.id}
                authorId={entry.message.authorId}
                body={entry.message.body}
                isNote={entry.message.visibility === "internal"}
                mine={entry.message.authorId === me.id}
                names={names}
                when={<Ago at={entry.message.createdAt} />}
              />
            )
          )}
          {leaving.map((letter) => (
            <Leaving key={letter.clientMessageId} letter={letter} letters={letters} me={me} names={names} />
          ))}
        </ol>
      </div>
      {messages.isPending ? <Skeleton height={64} my="sm" /> : null}
      {messages.isError ? <TroubleBox error={messages.error} again={() => void messages.refetch()} /> : null}
      {history.isError ? <TroubleBox error={history.error} again={() => void history.refetch()} /> : null}
      <div ref={end} className="end" />
    </section>
  )
}
