import type { LimitFigures } from "@opsdesk/capabilities/LimitFigures"
import { RateLimited } from "@opsdesk/kernel/Problem"
import { Outflow } from "@opsdesk/serving/Outflow"
import { TokenBucket } from "@opsdesk/serving/TokenBucket"
import { Effect } from "effect"
import type { Duplex } from "node:stream"
import type { WebSocket } from "ws"
import { isTooDeep } from "../../middleware/wellFormed.ts"
import { errorOf } from "../problems.ts"

/** How the desk hangs up, beyond what `graphql-transport-ws` says itself. */
export const closeCodes = {
  malformed: 4400,
  /** Its clients come back from this one, with another token. */
  forbidden: 4403,
  tooSlow: 4408,
  tooMany: 4429,
  failed: 4500
} as const

/** So many frames in a row that come too fast, and the desk hangs up. */
const patience = 20

/** What is read of a frame before anybody deals with it. */
const framePattern = /^\s*\{/

interface Head {
  readonly type: string
  readonly id: string
}

const headOf = (text: string): Head | null => {
  try {
    const frame: unknown = JSON.parse(text)
    if (typeof frame !== "object" || frame === null || !("type" in frame) || typeof frame.type !== "string") return null
    return { type: frame.type, id: "id" in frame && typeof frame.id === "string" ? frame.id : "" }
  } catch {
    return null
  }
}

interface WireOptions {
  readonly socket: WebSocket
  readonly stream: Duplex
  /** Null where nothing is limited. */
  readonly figures: LimitFigures["sockets"] | null
  readonly now: () => number
}

/** One socket with the desk's limits: what comes in at what pace, and how much waits to go out. */
export const wireOf = ({ figures, now, socket, stream }: WireOptions) => {
  const bucket = figures === null
    ? null
    : new TokenBucket({ perSecond: figures.framesPerSecond, burst: figures.frameBurst }, now())
  let tooFast = 0
  const hangUp = (code: number, reason: string): void => {
    outflow.stop()
    if (socket.readyState === socket.OPEN) socket.close(code, reason)
  }
  const outflow: Outflow = new Outflow({
    socket,
    stream,
    sent: () => {},
    overflowed: () => hangUp(closeCodes.tooSlow, "too much is waiting for you")
  })
  // Whoever waits for room is told, also when the client has gone without a word.
  socket.once("close", () => outflow.stop())
  /** Ends once there is room for more, so that a source is read no faster than its answers are. */
  const send = (text: string): Promise<void> => {
    outflow.push({ type: "frame", bytes: Buffer.from(text) })
    return Effect.runPromise(outflow.room)
  }
  const mayCome = (): boolean => {
    if (bucket === null || bucket.take(now())) {
      tooFast = 0
      return true
    }
    if (++tooFast >= patience) hangUp(closeCodes.tooMany, "too many frames")
    return false
  }
  const refuse = (id: string): void =>
    void send(JSON.stringify({ id, type: "error", payload: [errorOf(tooManyFrames, null).toJSON()] }))

  /** Hands on each frame that keeps the limits; what ends an operation is always heard. */
  const listen = (hear: (text: string, head: Head) => void): void => {
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      if (socket.readyState !== socket.OPEN) return
      const text = isBinary ? "" : data.toString("utf8")
      const isFast = !mayCome()
      if (!framePattern.test(text) || isTooDeep(text)) return hangUp(closeCodes.malformed, "no message of the protocol")
      const head = headOf(text)
      if (head === null) return hangUp(closeCodes.malformed, "no message of the protocol")
      if (isFast && head.type === "subscribe" && head.id !== "") return refuse(head.id)
      if (!isFast || head.type === "complete") hear(text, head)
    })
    socket.on("ping", (data: Buffer) => {
      if (socket.readyState !== socket.OPEN || !mayCome()) return
      if (outflow.backlog < roomForPongs) socket.pong(data)
    })
  }
  return { hangUp, listen, send }
}

export type Wire = ReturnType<typeof wireOf>

/** Whoever does not read is not answered into memory. In bytes. */
const roomForPongs = 65_536

const tooManyFrames = new RateLimited({ retryAfter: 1, detail: "Too many frames. What came too fast was not read." })
