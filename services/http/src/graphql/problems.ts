import type { ProblemSlug } from "@opsdesk/kernel/ProblemType"
import { problemTypes } from "@opsdesk/kernel/ProblemType"
import { Data } from "effect"
import { HttpServerResponse } from "effect/http"
import { GraphQLError } from "graphql"
import { answerType } from "./accept.ts"

/** A failure that some desk has declared. */
export interface AnyProblem {
  readonly code: ProblemSlug
  readonly type: string
  readonly status: number
  readonly title: string
  readonly detail: string
}

export const isProblem = (failure: unknown): failure is AnyProblem =>
  failure instanceof Error && "code" in failure && typeof failure.code === "string" &&
  Object.hasOwn(problemTypes, failure.code) && "status" in failure && typeof failure.status === "number" &&
  "type" in failure && "title" in failure && "detail" in failure

const ofErrors = new Set(["_tag", "name", "message", "stack", "cause", "instance", "requestId"])

/** `extensions` of an error: the slug as `code`, and the problem as the REST interface would answer it (RFC 9457). */
export const extensionsOf = (problem: AnyProblem, requestId: string | null) => {
  const { code, detail, status, title, type } = problem
  const own = Object.entries(problem).filter(([name]) => !ofErrors.has(name))
  return {
    code,
    problem: { type, title, status, detail, instance: "/graphql", code, requestId, ...Object.fromEntries(own) }
  }
}

/** A problem as an error of the field that met it. */
export const errorOf = (problem: AnyProblem, requestId: string | null): GraphQLError =>
  new GraphQLError(problem.detail, { extensions: extensionsOf(problem, requestId) })

/** Why a whole request is not answered: a problem, and what beside it says more. */
export class Refused extends Data.TaggedError("Refused")<{
  readonly problem: AnyProblem
  /** Which limit was passed, and what it is. */
  readonly limit?: { readonly name: string; readonly most: number }
  readonly headers?: Readonly<Record<string, string>>
}> {}

/** How long to wait before trying again when something that the desk needs is away, in seconds. */
const retryAfter = "5"

const headersOf = (problem: AnyProblem, hasToken: boolean): Record<string, string> => {
  switch (problem.status) {
    case 401:
      return { "www-authenticate": `Bearer realm="opsdesk"${hasToken ? ", error=\"invalid_token\"" : ""}` }
    case 429:
      return { "retry-after": "retryAfter" in problem ? String(problem.retryAfter) : retryAfter }
    case 503:
      return { "retry-after": retryAfter }
    default:
      return {}
  }
}

/** A refusal has its status whatever was accepted: nothing of the document has been executed. */
export const refusal = (
  { headers, limit, problem }: Refused,
  request: { readonly headers: { readonly [name: string]: string | undefined } },
  requestId: string | null
): HttpServerResponse.HttpServerResponse => {
  const extensions = { ...extensionsOf(problem, requestId), ...(limit === undefined ? {} : { limit }) }
  return HttpServerResponse.jsonUnsafe({ errors: [{ message: problem.detail, extensions }] }, {
    status: problem.status,
    contentType: answerType(request.headers.accept),
    headers: { ...headersOf(problem, /^bearer /i.test(request.headers.authorization ?? "")), ...headers }
  })
}
