import type { LimitFigures } from "@opsdesk/capabilities/LimitFigures"
import type { Pace } from "@opsdesk/serving/TokenBucket"
import { TokenBucket } from "@opsdesk/serving/TokenBucket"
import { Result } from "effect"
import type { ClientFrame, ClientType, ErrorFrame } from "./Protocol.ts"
import { readFrame } from "./Protocol.ts"

/** What costs more than to read it is limited by itself, too. */
const paces: Partial<Record<ClientType, Pace>> = {
  auth: { perSecond: 1, burst: 5 },
  "message:send": { perSecond: 10, burst: 20 },
  typing: { perSecond: 5, burst: 10 }
}

/** So many in a row that make no sense, or that come too fast, and the desk hangs up. */
const patience = 20

/** What becomes of what came in. */
export type Verdict =
  | { readonly _tag: "Frame"; readonly frame: ClientFrame }
  | { readonly _tag: "Refused"; readonly error: ErrorFrame; readonly kind: "malformed" | "refused" }
  /** Refused like the last one, of which it was told. */
  | { readonly _tag: "Ignored" }
  | { readonly _tag: "HangUp"; readonly why: "malformed" | "tooMany" }

const tooFast = (retryAfter: number): ErrorFrame => ({
  type: "error",
  code: "rate-limited",
  detail: "Too many frames. What came too fast was not read.",
  retryAfter
})

/** Judges what one client sends, frame by frame. `figures` is null where nothing is limited. */
export class Inflow {
  readonly #all: TokenBucket | null
  readonly #each: Map<ClientType, TokenBucket>
  #malformed = 0
  #tooFast = 0

  constructor(figures: LimitFigures["sockets"] | null, now: number) {
    this.#all = figures === null
      ? null
      : new TokenBucket({ perSecond: figures.framesPerSecond, burst: figures.frameBurst }, now)
    this.#each = new Map(
      figures === null ?
        [] :
        Object.entries(paces).flatMap(([type, pace]) =>
          isType(type) && pace !== undefined ? [[type, new TokenBucket(pace, now)] as const] : []
        )
    )
  }

  /** A frame of the protocol's own: a ping. Whether it may be answered. */
  ping(now: number): Verdict | null {
    return this.#all === null || this.#all.take(now) ? null : this.#fast()
  }

  frame(data: string | null, now: number): Verdict {
    if (this.#all !== null && !this.#all.take(now)) return this.#fast()
    this.#tooFast = 0
    if (data === null) return this.#nonsense({ type: "error", code: "malformed-json", detail: "Frames are text." })
    const read = readFrame(data)
    if (Result.isFailure(read)) return this.#nonsense(read.failure)
    const frame = read.success
    const bucket = this.#each.get(frame.type)
    if (bucket !== undefined && !bucket.take(now)) {
      const id = frame.id === undefined ? {} : { id: frame.id }
      return { _tag: "Refused", kind: "refused", error: { ...tooFast(1), ...id } }
    }
    this.#malformed = 0
    return { _tag: "Frame", frame }
  }

  #nonsense(error: ErrorFrame): Verdict {
    this.#malformed++
    return this.#malformed >= patience
      ? { _tag: "HangUp", why: "malformed" }
      : { _tag: "Refused", kind: "malformed", error }
  }

  #fast(): Verdict {
    this.#tooFast++
    if (this.#tooFast >= patience) return { _tag: "HangUp", why: "tooMany" }
    return this.#tooFast === 1 ? { _tag: "Refused", kind: "refused", error: tooFast(1) } : { _tag: "Ignored" }
  }
}

const isType = (type: string): type is ClientType => type in paces
