import { Effect } from "effect"
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http"
import { createServer } from "node:http"

export interface Posted {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Webhook {
  readonly url: string
  readonly posted: Array<Posted>
  /** How it answers from now on; 200 at first. */
  readonly answerWith: (answer: (response: ServerResponse) => void) => void
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let body = ""
  for await (const chunk of request) body += String(chunk)
  return body
}

/** Where posts go, on loopback, for as long as the scope lives; it keeps what it is sent. */
export const webhook = Effect.gen(function*() {
  const posted: Array<Posted> = []
  let answer = (response: ServerResponse): void => void response.end("ok")
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      posted.push({ headers: request.headers, body })
      answer(response)
    })
  })
  const port = yield* Effect.acquireRelease(
    Effect.callback<number>((resume) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const known = typeof address === "object" && address !== null
        resume(known ? Effect.succeed(address.port) : Effect.die(new Error("the webhook has no port")))
      })
    }),
    () =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  )
  const hook: Webhook = {
    url: `http://127.0.0.1:${port}/services/T0/B0/secret`,
    posted,
    answerWith: (next) => void (answer = next)
  }
  return hook
})
