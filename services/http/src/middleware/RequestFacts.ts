import type { ApiTokenId, UserId } from "@opsdesk/kernel/Ids"
import type { Cause } from "effect"
import { Context } from "effect"

/** What turns out about a request while it is answered; the line that logs it is written when it is over. */
export interface Facts {
  userId: UserId | undefined
  /** The session or the API token through which they act; undefined where there is none. */
  sessionId: string | undefined
  apiTokenId: ApiTokenId | undefined
  /** The ticket that the request turned out to be about, by whatever name it was called. */
  ticketId: string | undefined
  /** The address as the contract writes it, and `undefined` where none was found. */
  route: string | undefined
  cause: Cause.Cause<unknown> | undefined
}

export const noFacts = (): Facts => ({
  userId: undefined,
  sessionId: undefined,
  apiTokenId: undefined,
  ticketId: undefined,
  route: undefined,
  cause: undefined
})

export class RequestFacts extends Context.Reference<Facts>("@opsdesk/http/RequestFacts", {
  defaultValue: noFacts
}) {}
