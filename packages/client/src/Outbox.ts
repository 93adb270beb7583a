import { Data, Deferred, Effect } from "effect"
import type { ClientFrame, NewChatMessage, Refusal } from "./Frames.ts"
import type { Message } from "./things.ts"

/** The desk did not take a message; `code` is a problem's slug, or `signed-out`. Sending it again is safe. */
export class NotSent extends Data.TaggedError("NotSent")<{
  readonly code: string
  readonly title: string
  readonly detail: string
}> {}

interface Pending {
  readonly frame: ClientFrame
  readonly sent: Deferred.Deferred<Message, NotSent>
}

/** Messages that the desk has not acknowledged yet, in the order in which they were written. */
export class Outbox {
  readonly #pending = new Map<string, Pending>()

  /** What a new connection has to be told again. */
  get frames(): ReadonlyArray<ClientFrame> {
    return [...this.#pending.values()].map(({ frame }) => frame)
  }

  /** Ends once the desk has the message, however many connections that takes. */
  send(message: NewChatMessage, tell: (frame: ClientFrame) => Effect.Effect<void>) {
    const id = message.clientMessageId
    return Effect.acquireUseRelease(
      Effect.sync(() => {
        const known = this.#pending.get(id)
        if (known !== undefined) return { ...known, isNew: false }
        const pending: Pending = { frame: { type: "message:send", id, ...message }, sent: Deferred.makeUnsafe() }
        this.#pending.set(id, pending)
        return { ...pending, isNew: true }
      }),
      ({ frame, isNew, sent }) => Effect.andThen(isNew ? tell(frame) : Effect.void, Deferred.await(sent)),
      ({ isNew }) => Effect.sync(() => isNew && this.#pending.delete(id))
    )
  }

  acknowledge(clientMessageId: string, message: Message): void {
    const pending = this.#pending.get(clientMessageId)
    if (pending !== undefined) Deferred.doneUnsafe(pending.sent, Effect.succeed(message))
  }

  /** Whether a refusal was about a message; then its sender knows. */
  refuse({ code, detail, id, title }: Refusal): boolean {
    const pending = this.#pending.get(id ?? "")
    if (pending === undefined) return false
    const why = { code, title: title ?? "The message was not taken", detail: detail ?? "Try again." }
    return Deferred.doneUnsafe(pending.sent, Effect.fail(new NotSent(why)))
  }

  /** Nobody will send them any more. */
  giveUp(): void {
    const why = new NotSent({ code: "signed-out", title: "You are signed out", detail: "Sign in and send it again." })
    for (const { sent } of this.#pending.values()) Deferred.doneUnsafe(sent, Effect.fail(why))
  }
}
