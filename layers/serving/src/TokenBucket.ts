export interface Pace {
  readonly perSecond: number
  readonly burst: number
}

/** So many at once, and so many more with each second (a token bucket). Time is told by whoever asks, in milliseconds. */
export class TokenBucket {
  readonly #pace: Pace
  #left: number
  #at: number

  constructor(pace: Pace, now: number) {
    this.#pace = pace
    this.#left = pace.burst
    this.#at = now
  }

  take(now: number): boolean {
    const gained = Math.max(0, now - this.#at) / 1000 * this.#pace.perSecond
    this.#left = Math.min(this.#pace.burst, this.#left + gained)
    this.#at = now
    if (this.#left < 1) return false
    this.#left -= 1
    return true
  }

  /** Whether nothing has been taken for so long that forgetting it changes nothing. */
  isFull(now: number): boolean {
    return this.#left + (now - this.#at) / 1000 * this.#pace.perSecond >= this.#pace.burst
  }
}
