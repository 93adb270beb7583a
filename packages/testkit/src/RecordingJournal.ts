import type { JournalEntry, Writing } from "@opsdesk/capabilities/Journal"
import { Journal } from "@opsdesk/capabilities/Journal"
import { sqlIsADefect, Transaction } from "@opsdesk/capabilities/Transaction"
import { Context, Effect, Layer, Predicate } from "effect"

/** What the transaction around an effect has written down so far; null where there is none. */
class Draft extends Context.Reference<Array<JournalEntry> | null>("@opsdesk/testkit/Draft", {
  defaultValue: () => null
}) {}

/** The entry with what its command has drawn: without a database that is what the command answers. */
const completed = ({ after, drawn = [], events, ...said }: JournalEntry, answer: unknown): JournalEntry => {
  const known = structuredClone({ after, events })
  for (const way of drawn) {
    const last = way.at(-1) ?? ""
    const place = way.slice(0, -1).reduce<unknown>(
      (at, step) => Predicate.hasProperty(at, step) ? at[step] : undefined,
      known
    )
    if (!Predicate.hasProperty(place, last) || !Predicate.hasProperty(answer, last)) {
      throw new Error(`${said.action} has nothing to draw at ${way.join(".")}`)
    }
    Reflect.set(place, last, answer[last])
  }
  return { ...said, ...known }
}

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

      const recordWith = <A, E>(writing: Writing<A, E>, entry: JournalEntry) =>
        Effect.tap(writing.read([]), (answer) => record(completed(entry, answer)))

      return Context.make(RecordingJournal, { recorded: Effect.sync(() => [...kept]) }).pipe(
        Context.add(Journal, { record, recordWith }),
        Context.add(Transaction, {
          atomic,
          byOneStatement: atomic,
          alone: (effect) => Effect.catch(effect, sqlIsADefect),
          reading: (effect) => Effect.catch(effect, sqlIsADefect),
          atTheEnd: (effect) => effect
        })
      )
    })
  )
}
