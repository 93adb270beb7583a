import type { History } from "./history.ts"

/** Something that has taken effect, in the order in which it did. */
export interface Taken {
  readonly op: string
  readonly ticketId: string
  readonly seq: number
}

export interface Verdict {
  /** Was promised, and is not there. */
  readonly lost: ReadonlyArray<string>
  /** Is there more than once. */
  readonly doubled: ReadonlyArray<string>
  /** Is there, and nobody has asked for it, or was told that it is not. */
  readonly phantom: ReadonlyArray<string>
  /** Came after one that follows it on its ticket. */
  readonly inverted: ReadonlyArray<string>
}

export const nothingWrong: Verdict = { lost: [], doubled: [], phantom: [], inverted: [] }

/** Compares what was asked for and answered with what has taken effect. */
export const verdictOn = (history: History, taken: ReadonlyArray<Taken>): Verdict => {
  const times = new Map<string, number>()
  const latest = new Map<string, number>()
  const inverted: Array<string> = []
  for (const { op, seq, ticketId } of taken) {
    times.set(op, (times.get(op) ?? 0) + 1)
    if (seq < (latest.get(ticketId) ?? 0)) inverted.push(op)
    latest.set(ticketId, Math.max(seq, latest.get(ticketId) ?? 0))
  }
  const standing = (op: string) => history.get(op)
  return {
    lost: [...history.keys()].filter((op) => standing(op) === "ok" && !times.has(op)),
    doubled: [...times].filter(([, count]) => count > 1).map(([op]) => op),
    phantom: [...times.keys()].filter((op) => standing(op) === undefined || standing(op) === "failed"),
    inverted
  }
}
