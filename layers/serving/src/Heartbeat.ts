import type { WebSocket } from "ws"

/** How often each socket is asked whether it is still there, and how long it may take to say so, in milliseconds. */
export const pulse = 25_000
export const answerWithin = 10_000

/** Finds the dead: a line that has gone says nothing by itself. */
export class Heartbeat {
  readonly #socket: Pick<WebSocket, "readyState" | "OPEN" | "ping" | "terminate">
  #askedAt: number
  #isOwed = false

  constructor(socket: Pick<WebSocket, "readyState" | "OPEN" | "ping" | "terminate">, now: number) {
    this.#socket = socket
    this.#askedAt = now
  }

  /** It has answered. */
  pong(): void {
    this.#isOwed = false
  }

  beat(now: number): void {
    const since = now - this.#askedAt
    if (this.#isOwed && since >= answerWithin) return this.#socket.terminate()
    if (since < pulse || this.#socket.readyState !== this.#socket.OPEN) return
    this.#askedAt = now
    this.#isOwed = true
    this.#socket.ping()
  }
}
