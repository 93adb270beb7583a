import { Redis } from "ioredis"

/**
 * A client that sends what is asked in one turn of the event loop in one write, in that order. ioredis' own
 * `enableAutoPipelining` does so too, and takes no command that is answered in bytes but those it knows by name.
 */
export class TurnWise extends Redis {
  #isGathering = false

  override sendCommand(...asked: Parameters<Redis["sendCommand"]>): unknown {
    if (this.status === "ready" && !this.#isGathering) {
      const { stream } = this
      this.#isGathering = true
      stream.cork()
      setImmediate(() => {
        this.#isGathering = false
        stream.uncork()
      })
    }
    return super.sendCommand(...asked)
  }
}
