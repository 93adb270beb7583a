import { Effect } from "effect"
import type { Duplex } from "node:stream"
import type { WebSocket } from "ws"

/** A frame as it goes out, and what kind it is. */
export interface Written {
  readonly type: string
  readonly bytes: Buffer
}

/** What waits for one socket, at most, in bytes. */
export const mostWaiting = 1_048_576

/** Below this a page of the past may go on. */
const roomy = mostWaiting / 4

/** The head of a frame as the server writes it (RFC 6455, section 5.2), at most. */
const head = 10

export interface OutflowOptions {
  readonly socket: Pick<WebSocket, "readyState" | "OPEN" | "bufferedAmount" | "send">
  /** What the socket writes to. */
  readonly stream: Duplex
  /** What waited was more than may wait, and has been dropped. */
  readonly overflowed: () => void
  readonly sent: (type: string) => void
}

/**
 * What goes out to one socket. Only as much as the system takes at once is handed over; the rest waits here, where it is
 * counted, and where it can be dropped so that a close is not stuck behind it.
 */
export class Outflow {
  readonly #options: OutflowOptions
  #waiting: Array<Buffer> = []
  #bytes = 0
  #over = false
  readonly #wanting = new Set<() => void>()

  constructor(options: OutflowOptions) {
    this.#options = options
    options.stream.on("drain", () => this.#pump())
  }

  /** In bytes. */
  get backlog(): number {
    return this.#bytes + this.#options.socket.bufferedAmount
  }

  push({ bytes, type }: Written): void {
    const { overflowed, sent, socket, stream } = this.#options
    if (this.#over || socket.readyState !== socket.OPEN) return
    if (this.backlog + bytes.length + head > mostWaiting) {
      this.stop()
      return overflowed()
    }
    sent(type)
    if (this.#waiting.length === 0 && !stream.writableNeedDrain) socket.send(bytes, { binary: false })
    else {
      this.#waiting.push(bytes)
      this.#bytes += bytes.length + head
    }
  }

  /** Drops what waits, and takes nothing more. */
  stop(): void {
    this.#over = true
    this.#waiting = []
    this.#bytes = 0
    this.#tellWanting()
  }

  /** Ends when there is room for more, or nothing goes out any more. */
  readonly room: Effect.Effect<void> = Effect.callback<void>((resume) => {
    if (this.#over || this.backlog < roomy) return resume(Effect.void)
    const tell = () => resume(Effect.void)
    this.#wanting.add(tell)
    return Effect.sync(() => void this.#wanting.delete(tell))
  })

  #pump(): void {
    const { socket, stream } = this.#options
    let next = 0
    for (; next < this.#waiting.length && !stream.writableNeedDrain; next++) {
      const bytes = this.#waiting[next]
      if (bytes === undefined) continue
      this.#bytes -= bytes.length + head
      socket.send(bytes, { binary: false })
    }
    this.#waiting.splice(0, next)
    if (this.backlog < roomy) this.#tellWanting()
  }

  #tellWanting(): void {
    for (const tell of this.#wanting) tell()
    this.#wanting.clear()
  }
}
