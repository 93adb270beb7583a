import type { JournalEntry } from "@opsdesk/capabilities/Journal"
import { Journal } from "@opsdesk/capabilities/Journal"
import { sqlIsADefect, Transaction } from "@opsdesk/capabilities/Transaction"
import { Context, Effect, Layer } from "effect"

/** What the transaction around an effect has written down so far; null where there is none. */
class Draft extends Context.Reference<Array<JournalEntry> | null>("@opsdesk/testkit/Draft", {
  defaultValue: () => null
}) {}

/**
 * Journal and transaction for a desk without a database. An entry stays when its transaction succeeds, as it would in
 * PostgreSQL; one recorded outside a transaction is a defect, and so is a transaction within another.
 */
export class RecordingJournal extends Context.Service<RecordingJournal, {
  readonly recorded: Effect.Effect<ReadonlyArray<JournalEntry>>
}>()("@opsdesk/testkit/RecordingJournal") {
  static readonly layer: Layer.Layer<RecordingJournal | Journal | Transaction> = Layer.effectContext(
    Effect.sync(() => {
      const kept: Array<JournalEntry> = []

      const atomic = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
        Effect.gen(function*() {
          if ((yield* Draft) !== null) return yield* Effect.die(new Error("a transaction within a transaction"))
          const draft: Array<JournalEntry> = []
          const answer = yield* Effect.provideService(effect, Draft, draft)
          kept.push(...draft)
          return answer
        }).pipe(Effect.catch(sqlIsADefect))

      const record = Effect.fnUntraced(function*(entry: JournalEntry) {
        const draft = yield* Draft
        if (draft === null) return yield* Effect.die(new Error(`${entry.action} is recorded outside a transaction`))
        draft.push(entry)
      })

      return Context.make(RecordingJournal, { recorded: Effect.sync(() => [...kept]) }).pipe(
        Context.add(Journal, { record }),
        Context.add(Transaction, {
          atomic,
          alone: (effect) => Effect.catch(effect, sqlIsADefect),
          reading: (effect) => Effect.catch(effect, sqlIsADefect),
          atTheEnd: (effect) => effect
        })
      )
    })
  )
}
