import type { UserId } from "@opsdesk/kernel/Ids"
import { hash } from "node:crypto"

/** What a token was found to say, once its signature and its claims had been checked. */
export interface Checked {
  readonly userId: UserId
  readonly sessionId: string
  /** The key that it was signed with. */
  readonly keyId: string
  /** Seconds since the epoch. */
  readonly goodUntil: number
}

/** What is kept of a token: nobody who reads the memory of the program can go on with it. */
const nameOf = (token: string): string => hash("sha256", token, "base64url")

/**
 * Good tokens that have been checked, so that a signature costs once and not with each request.
 * What is kept is good only until the token runs out, and under a key that is good at this moment; whether its session
 * still stands is not kept here. At most so many, those that came first go first.
 */
export const makeCheckedTokens = (atMost: number) => {
  const kept = new Map<string, Checked>()
  return {
    /** What is known of a token, at a second since the epoch and with the keys that are good by then. */
    find: (token: string, now: number, isGood: (keyId: string) => boolean): Checked | undefined => {
      const name = nameOf(token)
      const checked = kept.get(name)
      if (checked === undefined || (now < checked.goodUntil && isGood(checked.keyId))) return checked
      kept.delete(name)
      return undefined
    },
    keep: (token: string, checked: Checked): void => {
      kept.set(nameOf(token), checked)
      for (const first of kept.keys()) {
        if (kept.size <= atMost) return
        kept.delete(first)
      }
    },
    size: (): number => kept.size
  }
}
