import type { TicketId, UserId } from "@opsdesk/kernel/Ids"
import type { Cause } from "effect"
import { Context } from "effect"
import type { HttpRouter } from "effect/http"

/** What turns out about a request while it is answered; the line that logs it is written when it is over. */
export interface Facts {
  userId: UserId | undefined
  /** The ticket that the request turned out to be about, by whatever name it was called. */
  ticketId: TicketId | undefined
  matched: HttpRouter.RouteContext["Service"] | undefined
  cause: Cause.Cause<unknown> | undefined
}

export class RequestFacts extends Context.Reference<Facts>("@opsdesk/http/RequestFacts", {
  defaultValue: (): Facts => ({ userId: undefined, ticketId: undefined, matched: undefined, cause: undefined })
}) {}
