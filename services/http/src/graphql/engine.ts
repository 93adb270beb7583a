import { Internal, ValidationFailed } from "@opsdesk/kernel/Problem"
import type { DocumentNode, ExecutionResult } from "graphql"
import {
  createSourceEventStream,
  execute,
  executeSubscriptionEvent,
  GraphQLError,
  mapSourceToResponseEvent,
  validateSubscriptionArgs
} from "graphql"
import type { Plugin } from "graphql-yoga"
import { createYoga } from "graphql-yoga"
import type { Read } from "./documents.ts"
import type { Asked } from "./gate.ts"
import type { GraphContext } from "./graphContext.ts"
import { errorOf, extensionsOf } from "./problems.ts"
import { graphSchema } from "./schema.ts"

/** What a request brings along into the engine. */
export interface Prepared {
  readonly asked: Asked
  readonly read: Read
  readonly graph: GraphContext
  readonly requestId: string | null
  /** Hears of what nobody expected. */
  readonly complain: (cause: unknown) => void
}

/** An error of the document itself, as a problem. */
export const documentError = (requestId: string | null) => (error: GraphQLError): GraphQLError => {
  const problem = new ValidationFailed({ errors: [{ parameter: "query", detail: error.message }] })
  return new GraphQLError(error.message, {
    ...(error.nodes === undefined ? {} : { nodes: error.nodes }),
    ...(error.source === undefined ? {} : { source: error.source }),
    ...(error.positions === undefined ? {} : { positions: error.positions }),
    extensions: extensionsOf(problem, requestId)
  })
}

export type Result = ExecutionResult

/** What a compiled query calls an error may have no extensions. */
const codeOf = ({ extensions }: { readonly extensions?: Readonly<Record<string, unknown>> }): unknown =>
  extensions?.["code"]

/** What no field has failed at: whoever asked has left. */
const isLeaving = ({ cause, originalError }: GraphQLError): boolean =>
  [cause, originalError].some((from) => from instanceof DOMException && from.name === "AbortError")

/** What no desk has declared, as nothing more than the request's id; the operator finds the rest under it. */
const masked = ({ complain, requestId }: Prepared) => (error: GraphQLError): GraphQLError => {
  if (codeOf(error) !== undefined) return error
  if (!isLeaving(error)) complain(error.originalError ?? error)
  const { extensions, message } = errorOf(new Internal(), requestId)
  return new GraphQLError(message, { ...(error.path === undefined ? {} : { path: error.path }), extensions })
}

/** Without data, and of no field: then it is the variables that do not fit, and nothing has been executed. */
const inProblems = (result: Result, prepared: Prepared): Result => {
  const { errors } = result
  if (errors === undefined) return result
  const isOfDocument = errors.every((error) => codeOf(error) === undefined && error.path === undefined)
  return "data" in result || !isOfDocument
    ? { ...result, errors: errors.map(masked(prepared)) }
    : { errors: errors.map(documentError(prepared.requestId)) }
}

/** The answer to a query or a mutation; where there is no data in it, nothing has been executed. */
export const executed = async (prepared: Prepared): Promise<Result> => {
  const { asked, graph, read } = prepared
  const { operationName, variables } = asked
  const { document } = read
  if (document === undefined) return { errors: read.errors.map(documentError(prepared.requestId)) }
  const compiled = await read.compiled(operationName)
  const result: Result = compiled === undefined
    ? await execute({
      schema: graphSchema,
      document,
      contextValue: graph,
      variableValues: variables,
      operationName: operationName ?? null
    })
    : await compiled.query({}, graph, variables)
  return inProblems(result, prepared)
}

/** Lets what breaks off a source be its last answer, and the end. */
const toItsEnd = (answers: AsyncIterator<Result>, prepared: Prepared): AsyncIterableIterator<Result> => {
  let isOver = false
  const told: AsyncIterableIterator<Result> = {
    [Symbol.asyncIterator]: () => told,
    next: async () => {
      if (isOver) return { done: true, value: undefined }
      try {
        return await answers.next()
      } catch (failure) {
        isOver = true
        const error = failure instanceof GraphQLError ? failure : new GraphQLError("broken off", { cause: failure })
        return { done: false, value: { errors: [masked(prepared)(error)] } }
      }
    },
    return: async () => {
      isOver = true
      await answers.return?.()
      return { done: true, value: undefined }
    }
  }
  return told
}

/** The answers to each event, each with loaders of its own; what keeps it from beginning is an answer itself. */
export const subscribed = async (
  document: DocumentNode,
  prepared: Prepared
): Promise<Result | AsyncIterableIterator<Result>> => {
  const { asked, graph } = prepared
  const args = validateSubscriptionArgs({
    schema: graphSchema,
    document,
    contextValue: graph,
    variableValues: asked.variables,
    operationName: asked.operationName ?? null
  })
  if (!("operation" in args)) return inProblems({ errors: args }, prepared)
  const source = await createSourceEventStream(args)
  if (!(Symbol.asyncIterator in source)) return inProblems(source, prepared)
  const answers = mapSourceToResponseEvent(args, source, async (event) => {
    const answer = await executeSubscriptionEvent({ ...event, contextValue: graph.anew() })
    const { errors } = inProblems(answer, prepared)
    return errors === undefined ? answer : { ...answer, errors }
  })
  return toItsEnd(answers, prepared)
}

/** Lets yoga stream what the gate has let in: documents that are read, and resolvers that run on the desk's own runtime. */
const desk: Plugin<Prepared, Prepared> = {
  onRequestParse: ({ serverContext, setRequestParser }) =>
    setRequestParser(() => {
      const { extensions, operationName, query, variables } = serverContext.asked
      return {
        query,
        variables: { ...variables },
        ...(operationName === undefined ? {} : { operationName }),
        ...(extensions === undefined ? {} : { extensions: { ...extensions } })
      }
    }),
  onParams: ({ context, setResult }) => {
    const { read, requestId } = context
    if (read.document === undefined) setResult({ errors: read.errors.map(documentError(requestId)) })
  },
  onParse: ({ context, setParsedDocument }) => {
    if (context.read.document !== undefined) setParsedDocument(context.read.document)
  },
  onValidate: ({ setResult }) => setResult([]),
  onSubscribe: ({ args, setSubscribeFn }) => setSubscribeFn(() => subscribed(args.document, args.contextValue)),
  onExecute: ({ args, setExecuteFn }) => setExecuteFn(() => executed(args.contextValue))
}

/** Answers by server-sent events. */
export const makeStreaming = () =>
  createYoga<Prepared>({
    schema: graphSchema,
    graphqlEndpoint: "/graphql",
    plugins: [desk],
    logging: false,
    // What it would do besides is done before it, or not at all.
    cors: false,
    graphiql: false,
    landingPage: false,
    batching: false,
    multipart: false,
    maxRequestBodySize: false,
    parserAndValidationCache: false,
    maskedErrors: false
  })
