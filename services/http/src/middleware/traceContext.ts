/** W3C Trace Context (Level 1): `<version>-<trace id>-<parent id>-<flags>`; all zeros and version ff are invalid. */
const ids = "(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})"
const current = new RegExp(`^00-${ids}$`)
/** A later version may have more behind, which is passed over. */
const later = new RegExp(`^(?!00|ff)[0-9a-f]{2}-${ids}(?:-.*)?$`)

export interface TraceContext {
  readonly traceId: string
  readonly spanId: string
  /** What is handed on: the caller's trace, with this request as the parent. */
  readonly traceparent: string
}

/** Continues the caller's trace, or starts one. `random` gives lower-case hex digits. */
export const traceContextOf = (header: string | undefined, random: (digits: number) => string): TraceContext => {
  const [, incoming, flags] = current.exec(header ?? "") ?? later.exec(header ?? "") ?? []
  const traceId = incoming ?? random(32)
  const spanId = random(16)
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-${flags ?? "01"}` }
}
