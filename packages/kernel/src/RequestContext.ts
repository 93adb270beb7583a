import { Context } from "effect"

/** What is known of the request (or job) that an effect works for; audit rows, events and log lines carry it. */
export interface RequestContextShape {
  readonly requestId: string | null
  /** W3C Trace Context `traceparent`, as received or as made here. */
  readonly traceparent: string | null
  /** The client's address. */
  readonly ip: string | null
}

export const noRequest: RequestContextShape = { requestId: null, traceparent: null, ip: null }

export class RequestContext extends Context.Reference<RequestContextShape>("@opsdesk/kernel/RequestContext", {
  defaultValue: () => noRequest
}) {}
