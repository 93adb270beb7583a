import { CurrentActor, permit } from "@opsdesk/access/Actor"
import { Cursors, readPage } from "@opsdesk/capabilities/Cursors"
import { Journal } from "@opsdesk/capabilities/Journal"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { bindingOf } from "@opsdesk/kernel/Binding"
import type { DeadLetterId, UserId } from "@opsdesk/kernel/Ids"
import type { PageRequest } from "@opsdesk/kernel/Page"
import { countedUpTo } from "@opsdesk/kernel/Page"
import { Context, DateTime, Effect, Layer } from "effect"
import type { DeadLetter } from "./DeadLetter.ts"
import { DeadLetterNotFound } from "./DeadLetterProblems.ts"
import { DeadLetterStore } from "./DeadLetterStore.ts"

/** The consumer that a queue belongs to. */
export const consumerOf = (queue: string): string => queue.replace(/^opsdesk\./, "")

/** What was delivered may hold what people wrote, and stays out of the record. */
const recorded = ({ attempts, error, eventId, queue, type }: DeadLetter) => ({ queue, eventId, type, attempts, error })

/**
 * What could not be done about events, for those who run the desk: to look at, to have done again, to discard. An operator
 * at the command line, who has the database itself, needs no permission; what they do is recorded without an actor.
 */
export class DeadLetterDesk extends Context.Service<DeadLetterDesk>()("@opsdesk/deadletters/DeadLetterDesk", {
  make: Effect.gen(function*() {
    const { atomic, reading } = yield* Transaction
    const store = yield* DeadLetterStore
    const cursors = yield* Cursors
    const journal = yield* Journal

    const permitted = Effect.tap(CurrentActor, (actor) => permit(actor, "operations:manage"))

    const list = Effect.fn("DeadLetterDesk.list")(function*(request: PageRequest) {
      const { userId } = yield* permitted
      return yield* readPage(cursors, {
        request,
        binding: bindingOf("dead-letters", userId, {}),
        read: (after, rows) => store.page(after === null ? null : Number(after[0]), rows),
        positionOf: ({ seq }) => [seq],
        count: store.count(countedUpTo + 1)
      })
    }, reading)

    const record = Effect.fnUntraced(function*(actorId: UserId | null, action: string, letter: DeadLetter) {
      const at = yield* DateTime.now
      yield* journal.record({
        at,
        actorId,
        action,
        entity: { type: "dead_letter", id: letter.id },
        before: recorded(letter),
        after: null,
        events: []
      })
      return at
    })

    /** Once it is being done again, asking for it once more changes nothing. */
    const replayAs = Effect.fnUntraced(function*(actorId: UserId | null, id: DeadLetterId) {
      const found = yield* store.lock(id)
      if (found === null) return yield* new DeadLetterNotFound()
      const { isReplayed, letter } = found
      if (isReplayed) return letter
      const at = yield* record(actorId, "dead_letter.replayed", letter)
      yield* store.deliverAgain(letter, consumerOf(letter.queue), at)
      return letter
    })

    const discardAs = Effect.fnUntraced(function*(actorId: UserId | null, id: DeadLetterId) {
      const found = yield* store.lock(id)
      if (found === null || found.isReplayed) return yield* new DeadLetterNotFound()
      yield* record(actorId, "dead_letter.discarded", found.letter)
      yield* store.remove(id)
    })

    const replay = Effect.fn("DeadLetterDesk.replay")(function*(id: DeadLetterId) {
      return yield* replayAs((yield* permitted).userId, id)
    }, atomic)

    const discard = Effect.fn("DeadLetterDesk.discard")(function*(id: DeadLetterId) {
      return yield* discardAs((yield* permitted).userId, id)
    }, atomic)

    return {
      list,
      replay,
      discard,
      /** A page of the list, the newest first, from below a letter's `seq`. */
      pageAsOperator: (beforeSeq: number | null, rows: number) => reading(store.page(beforeSeq, rows)),
      replayAsOperator: (id: DeadLetterId) => atomic(replayAs(null, id)),
      discardAsOperator: (id: DeadLetterId) => atomic(discardAs(null, id))
    }
  })
}) {
  static readonly layer = Layer.effect(DeadLetterDesk, DeadLetterDesk.make).pipe(Layer.provide(DeadLetterStore.layer))
}
