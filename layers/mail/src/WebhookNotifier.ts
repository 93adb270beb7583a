import type { Post } from "@opsdesk/capabilities/Notifier"
import { NotSent } from "@opsdesk/capabilities/Notifier"
import { Effect, Redacted } from "effect"

/** Nobody who takes a post says more. In bytes. */
const answerUpTo = 64 * 1024

const patience = "5 seconds"

/** Reads an answer to its end, so that the connection can be used again, but not beyond what anybody means to say. */
const passOver = async (response: Response): Promise<void> => {
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > answerUpTo) throw new Error(`answers more than ${answerUpTo} bytes`)
  }
}

/** Says why in the innermost words, and never the address: it is a secret. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}

/**
 * Posts to an incoming webhook as Slack has them (`{"text": …}`), which others take too. The operator has named the
 * address, so it may be within the operator's network; it leads nowhere else, as no redirect is followed.
 */
export const postToWebhook = (url: Redacted.Redacted<string>) => (post: Post): Effect.Effect<void, NotSent> =>
  Effect.tryPromise({
    try: async (signal) => {
      const response = await fetch(Redacted.value(url), {
        method: "POST",
        headers: { "content-type": "application/json", "x-opsdesk-delivery": post.id },
        body: JSON.stringify({ text: post.text }),
        redirect: "manual",
        signal
      })
      await passOver(response)
      return response.status
    },
    catch: (error) => new NotSent({ message: `the webhook cannot be reached: ${reasonOf(error)}`, final: false })
  }).pipe(
    Effect.timeoutOrElse({
      duration: patience,
      orElse: () =>
        Effect.fail(new NotSent({ message: `the webhook does not answer within ${patience}`, final: false }))
    }),
    Effect.flatMap((status) =>
      status >= 200 && status < 300
        ? Effect.void
        // 400 is about what was posted; the rest can be mended while the post waits.
        : Effect.fail(new NotSent({ message: `the webhook answers ${status}`, final: status === 400 }))
    )
  )
