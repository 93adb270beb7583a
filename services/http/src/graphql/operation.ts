import type { RateLimits } from "@opsdesk/capabilities/RateLimits"
import type { UserId } from "@opsdesk/kernel/Ids"
import { DependencyUnavailable, ValidationFailed } from "@opsdesk/kernel/Problem"
import { Effect } from "effect"
import { getOperationAST } from "graphql"
import { chargesOf } from "./charges.ts"
import type { GraphDocuments } from "./documents.ts"
import type { Asked } from "./gate.ts"
import type { Excess } from "./limits.ts"
import { Refused } from "./problems.ts"

/** As long as an operation may take; subscriptions go on for as long as somebody listens. */
export const longest = "5 seconds"

export const tooSlow = new DependencyUnavailable({
  dependency: "desk",
  detail: "The operation took longer than 5 s."
})

export const beyondLimit = ({ detail, limit, most }: Excess) =>
  new Refused({
    problem: new ValidationFailed({ detail, errors: [{ parameter: "query", detail }] }),
    limit: { name: limit, most }
  })

/** Reads the operation that somebody asks for by a socket, and takes what it costs; as `POST /graphql` does. */
export const operationOf = Effect.fnUntraced(function*(
  readDocument: GraphDocuments["Service"],
  limits: RateLimits["Service"],
  userId: UserId,
  asked: Asked
) {
  yield* limits.spend("reads", userId)
  const read = readDocument(asked.query, asked.variables)
  if ("limit" in read) return yield* beyondLimit(read)
  const operation = read.document === undefined ? undefined : getOperationAST(read.document, asked.operationName)
  yield* chargesOf(limits, userId, operation ?? undefined, read.document)
  return { read, operation: operation ?? undefined }
})
