import type { WebSocket } from "ws"
import type { Json } from "./OwnDesk.ts"

const ticketId = "0198c7a2-0000-7000-8000-0000000000f1"
export const room = `ticket:${ticketId}` as const
export const author = "0198c7a2-0000-7000-8000-000000000002"

const uuidOf = (count: number) => `0198c7a2-0000-7000-8000-${String(count).padStart(12, "0")}`

export const message = (seq: number, clientMessageId: string | null = null) => ({
  id: uuidOf(1000 + seq),
  ticketId,
  seq,
  authorId: author,
  body: `message ${seq}`,
  visibility: "public",
  clientMessageId,
  createdAt: "2026-11-27T09:00:00.000Z"
})

const event = (seq: number, clientMessageId: string | null) => ({
  type: "message:new",
  room,
  seq,
  ticketId,
  message: message(seq, clientMessageId)
})

/** What may go wrong with a connection, or between two events. */
export type Mishap = "none" | "cut" | "twice" | "old" | "close" | "unknown"

/** A room with its events kept, as the desk has them: replayed from `after`, then told live, with mishaps on the way. */
export const aRoom = (mishaps: ReadonlyArray<Mishap>) => {
  const kept: Array<ReturnType<typeof event>> = []
  const listeners = new Set<WebSocket>()
  let told = 0

  const tell = (socket: WebSocket, one: ReturnType<typeof event>) => {
    const say = () => socket.send(JSON.stringify(one))
    switch (mishaps[told++] ?? "none") {
      case "cut":
        listeners.delete(socket)
        return socket.terminate()
      case "close":
        listeners.delete(socket)
        say()
        return socket.close(1012, "0")
      case "twice":
        say()
        return say()
      case "old":
        say()
        return socket.send(JSON.stringify(kept[0] ?? one))
      case "unknown":
        socket.send(JSON.stringify({ type: "news:ofTomorrow", room, seq: one.seq }))
        socket.send("no JSON at all")
        return say()
      default:
        return say()
    }
  }

  const append = (clientMessageId: string | null = null) => {
    const known = kept.find((one) => clientMessageId !== null && one.message.clientMessageId === clientMessageId)
    if (known !== undefined) return known
    const one = event((kept.at(-1)?.seq ?? 0) + 1 + (kept.length % 3 === 2 ? 1 : 0), clientMessageId)
    kept.push(one)
    for (const socket of listeners) tell(socket, one)
    return one
  }

  const subscribe = (socket: WebSocket, { after, id }: Json) => {
    for (const one of after === undefined ? [] : kept.filter(({ seq }) => seq > after)) tell(socket, one)
    if (socket.readyState !== socket.OPEN) return
    socket.send(JSON.stringify({ type: "subscribed", room, seq: kept.at(-1)?.seq ?? 0, id }))
    listeners.add(socket)
  }

  return { kept, append, subscribe, leave: (socket: WebSocket) => listeners.delete(socket) }
}

export const newMessage = (clientMessageId: string) => ({
  ticketId,
  body: "It is back.",
  visibility: "public" as const,
  clientMessageId
})
