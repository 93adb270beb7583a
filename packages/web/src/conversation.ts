import type { HistoryEntry, Message } from "@opsdesk/client/things"
import { DateTime } from "effect"

/**
 * What was said and how the ticket was moved, each in the desk's own order, which everybody sees; clocks only say what
 * of the one came between the other, as those of two programs may differ.
 */
export const inOrder = <M extends Pick<Message, "createdAt">, H extends Pick<HistoryEntry, "at" | "from">>(
  messages: ReadonlyArray<M>,
  moves: ReadonlyArray<H>
) => {
  const asMove = (move: H) => ({ kind: "move" as const, move })
  // The first of all is that the ticket was opened.
  const left = moves.filter(({ from }) => from !== null)
  const entries = messages.flatMap((message) => {
    const next = left.findIndex(({ at }) => DateTime.isGreaterThan(at, message.createdAt))
    const before = left.splice(0, next === -1 ? left.length : next)
    return [...before.map(asMove), { kind: "message" as const, message }]
  })
  return [...entries, ...left.map(asMove)]
}
