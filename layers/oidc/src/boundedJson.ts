import { Data, Effect, Option, Schema } from "effect"

/** Why the provider gave no answer that can be used: for the log. */
export class ProviderTrouble extends Data.TaggedError("ProviderTrouble")<{ readonly message: string }> {}

/** Of metadata, keys or tokens no provider sends more; whoever does means no good. In bytes. */
const maxBody = 256 * 1024

const patience = "5 seconds"

/** Reads a body up to the limit, counting what it is after any decompression. */
const readBody = async (response: Response): Promise<string> => {
  const decoder = new TextDecoder("utf-8", { fatal: true })
  let text = ""
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBody) throw new Error(`the body is larger than ${maxBody} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

const decodeJson = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown)))

export interface Reply {
  readonly status: number
  /** The body where it is a JSON object, else empty. */
  readonly json: { readonly [key: string]: unknown }
}

/** Says why in the innermost words: what `fetch` throws says only that it failed. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message
}

/**
 * Asks one address of the provider: no redirect is followed, no more than 256 KiB are read, and after 5 s it is over.
 * Answers with any status but those of the 5xx and 3xx classes.
 */
export const boundedJson = (url: string, init: RequestInit = {}): Effect.Effect<Reply, ProviderTrouble> =>
  Effect.tryPromise({
    try: async (signal) => {
      const response = await fetch(url, {
        ...init,
        headers: { accept: "application/json", ...init.headers },
        redirect: "manual",
        signal
      })
      if (response.status >= 500 || response.status < 200 || (response.status >= 300 && response.status < 400)) {
        await response.body?.cancel()
        throw new Error(`answers ${response.status}`)
      }
      return { status: response.status, json: Option.getOrElse(decodeJson(await readBody(response)), () => ({})) }
    },
    catch: (error) => new ProviderTrouble({ message: `${url}: ${reasonOf(error)}` })
  }).pipe(Effect.timeoutOrElse({
    duration: patience,
    orElse: () => Effect.fail(new ProviderTrouble({ message: `${url}: does not answer within ${patience}` }))
  }))
