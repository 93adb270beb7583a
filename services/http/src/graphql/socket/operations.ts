import type { Unauthenticated } from "@opsdesk/access/AccessProblems"
import { CurrentActor } from "@opsdesk/access/Actor"
import type { Actor } from "@opsdesk/access/Actor"
import type { RateLimits } from "@opsdesk/capabilities/RateLimits"
import type { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import { RateLimited } from "@opsdesk/kernel/Problem"
import { RequestContext } from "@opsdesk/kernel/RequestContext"
import { guestBy } from "@opsdesk/rooms/guestBy"
import { Context, Effect } from "effect"
import { GraphQLError } from "graphql"
import type { GraphDocuments } from "../documents.ts"
import type { Prepared, Result } from "../engine.ts"
import { documentError, executed } from "../engine.ts"
import { askedOf } from "../gate.ts"
import type { GraphDesks, GraphServices } from "../graphContext.ts"
import { graphOf } from "../graphContext.ts"
import { longest, operationOf, tooSlow } from "../operation.ts"
import { errorOf, extensionsOf, isProblem, Refused } from "../problems.ts"

/** Operations that one socket may have going at once. */
export const mostAtOnce = 100

const tooManyOperations = new RateLimited({
  retryAfter: 1,
  detail: `No more than ${mostAtOnce} operations go on at once on one socket.`
})

const noOperation = new GraphQLError("There is no such operation in the document, or more than one and no name.")

export interface Asking {
  readonly desks: Context.Context<GraphDesks>
  readonly readDocument: GraphDocuments["Service"]
  readonly limits: RateLimits["Service"]
  readonly ip: string | null
  readonly authenticate: Effect.Effect<Actor, Unauthenticated | DependencyUnavailable>
  readonly until: number | null
}

/** A refusal as the errors that an operation is answered with. */
const errorsOf = ({ limit, problem }: Refused, requestId: string): ReadonlyArray<GraphQLError> => [
  new GraphQLError(problem.detail, {
    extensions: { ...extensionsOf(problem, requestId), ...(limit === undefined ? {} : { limit }) }
  })
]

/** The operations of one socket that are going, each with what ends it. */
export class Going {
  readonly #all = new Map<string, AbortController>()

  /** Null where too many are going already. */
  begin(id: string): AbortSignal | null {
    if (this.#all.size >= mostAtOnce) return null
    const leaving = new AbortController()
    this.#all.set(id, leaving)
    return leaving.signal
  }

  end(id: string): void {
    this.#all.get(id)?.abort()
    this.#all.delete(id)
  }

  endAll(): void {
    for (const id of this.#all.keys()) this.end(id)
  }
}

/**
 * Prepares what a socket asks for as `POST /graphql` prepares it: by the same actor as a request of that moment would have,
 * within the same limits and at the same price. Gives the errors where it is not executed.
 */
export const preparedFor = Effect.fnUntraced(
  function*(asking: Asking, payload: Readonly<Record<string, unknown>>, signal: AbortSignal | null) {
    const requestId = globalThis.crypto.randomUUID()
    const { authenticate, desks, ip, limits, readDocument, until } = asking
    const context = { requestId, traceparent: null, ip }
    return yield* Effect.gen(function*() {
      if (signal === null) return yield* tooManyOperations
      const actor = yield* authenticate
      const asked = yield* askedOf(payload, (name, detail) => ({ pointer: `/payload/${name}`, detail }))
      const { operation, read } = yield* operationOf(readDocument, limits, actor.userId, asked)
      yield* Effect.logInfo(`WS /graphql ${operation?.operation ?? "no operation"}`).pipe(
        Effect.annotateLogs({ user_id: actor.userId })
      )
      const services: Context.Context<GraphServices> = Context.add(
        Context.merge(yield* Effect.context<never>(), desks),
        CurrentActor,
        actor
      )
      const prepared: Prepared = {
        asked,
        read,
        requestId,
        complain: (cause) => void Effect.runForkWith(services)(Effect.logError("a field failed", cause)),
        graph: graphOf({
          services,
          signal,
          requestId,
          guest: guestBy(authenticate),
          until,
          idempotencyKey: undefined,
          note: { ticketId: () => {}, replayed: () => {} }
        })
      }
      const errors = operation === undefined && read.document !== undefined ? [noOperation] : read.errors
      return errors.length > 0 ? errors.map(documentError(requestId)) : prepared
    }).pipe(
      Effect.catch((failure) =>
        // Whoever has lost their way in is hung up on.
        failure._tag === "Unauthenticated"
          ? Effect.fail(failure)
          : Effect.succeed(
            failure instanceof Refused
              ? errorsOf(failure, requestId)
              : isProblem(failure)
              ? [errorOf(failure, requestId)]
              : []
          )
      ),
      Effect.provideService(RequestContext, context),
      Effect.annotateLogs({ request_id: requestId })
    )
  }
)

/** The answer of a query or a mutation, which may take only so long. */
export const answered = (prepared: Prepared): Effect.Effect<Result> =>
  Effect.promise(() => executed(prepared)).pipe(
    Effect.timeoutOrElse({
      duration: longest,
      orElse: () => Effect.succeed({ errors: [errorOf(tooSlow, prepared.requestId)] })
    })
  )
