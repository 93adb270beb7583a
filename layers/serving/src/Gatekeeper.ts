import type { LimitFigures } from "@opsdesk/capabilities/LimitFigures"
import type { UserId } from "@opsdesk/kernel/Ids"
import type { Refusal } from "./refusal.ts"
import { tooMany } from "./refusal.ts"
import { TokenBucket } from "./TokenBucket.ts"

/** A socket's place among those of its address and, once it is known whose it is, of its user. */
export interface Seat {
  /** Null, or why there is none left for this user. */
  readonly takenBy: (userId: UserId) => Refusal | null
  readonly leave: () => void
}

class Counts<Key> {
  readonly #counts = new Map<Key, number>()
  of(key: Key): number {
    return this.#counts.get(key) ?? 0
  }
  change(key: Key, by: number): void {
    const count = this.of(key) + by
    if (count > 0) this.#counts.set(key, count)
    else this.#counts.delete(key)
  }
}

/** Buckets of addresses are looked through when there are so many. */
const manyBuckets = 10_000

/** Counts what stays open in this program, and how fast it comes. `figures` is null where nothing is limited. */
export class Gatekeeper {
  readonly #figures: LimitFigures["sockets"] | null
  readonly #called: string
  readonly #ofAddress = new Counts<string>()
  readonly #ofUser = new Counts<UserId>()
  readonly #handshakes = new Map<string, TokenBucket>()

  constructor(figures: LimitFigures["sockets"] | null, called: "sockets" | "streams" = "sockets") {
    this.#figures = figures
    this.#called = called
  }

  /** A seat for who comes from an address, as limits count addresses; or why there is none. */
  come(address: string, now: number): Seat | Refusal {
    if (this.#figures !== null) {
      const { handshakesPerSecond, perAddress } = this.#figures
      if (!this.#bucketOf(address, handshakesPerSecond, now).take(now)) {
        return tooMany(`Too many new ${this.#called} from this address.`, 1)
      }
      if (this.#ofAddress.of(address) >= perAddress) return tooMany(`Too many ${this.#called} from this address.`, 30)
    }
    this.#ofAddress.change(address, 1)
    let user: UserId | null = null
    let hasLeft = false
    return {
      takenBy: (userId) => {
        if (this.#figures !== null && this.#ofUser.of(userId) >= this.#figures.perUser) {
          return tooMany(`You have too many ${this.#called} open.`, 30)
        }
        user = userId
        this.#ofUser.change(userId, 1)
        return null
      },
      leave: () => {
        if (hasLeft) return
        hasLeft = true
        this.#ofAddress.change(address, -1)
        if (user !== null) this.#ofUser.change(user, -1)
      }
    }
  }

  #bucketOf(address: string, perSecond: number, now: number): TokenBucket {
    if (this.#handshakes.size > manyBuckets) {
      for (const [key, bucket] of this.#handshakes) if (bucket.isFull(now)) this.#handshakes.delete(key)
    }
    const bucket = this.#handshakes.get(address) ?? new TokenBucket({ perSecond, burst: perSecond }, now)
    this.#handshakes.set(address, bucket)
    return bucket
  }
}
