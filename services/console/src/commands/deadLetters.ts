import { DeadLetterDesk } from "@opsdesk/deadletters/DeadLetterDesk"
import { DeadLetterId } from "@opsdesk/kernel/Ids"
import { onStack } from "@opsdesk/stack/runProgram"
import { Console, Data, DateTime, Effect, Layer, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"

const Desk = DeadLetterDesk.layer.pipe(Layer.provideMerge(onStack("console")))

class Unclear extends Data.TaggedError("Unclear")<{ readonly message: string }> {}

const decodeId = Schema.decodeUnknownEffect(DeadLetterId)

const idOf = (text: string) =>
  Effect.mapError(decodeId(text), () => new Unclear({ message: `${text} is not the id of a dead letter` }))

const pageSize = 100

/** Every letter on the list, a page at a time: what is replayed meanwhile leaves the list behind us. Adds up what `act` says. */
const everyLetter = Effect.fnUntraced(function*<E, R>(
  act: (letter: { readonly id: DeadLetterId; readonly line: string }) => Effect.Effect<number, E, R>
) {
  const desk = yield* DeadLetterDesk
  let total = 0
  let before: number | null = null
  for (;;) {
    const letters: Effect.Success<ReturnType<typeof desk.pageAsOperator>> = yield* desk.pageAsOperator(before, pageSize)
    for (const { attempts, error, failedAt, id, queue, type } of letters) {
      const line = [DateTime.formatIso(failedAt), id, queue, type ?? "-", `${attempts} tries`, error].join("  ")
      total += yield* act({ id, line: line.replaceAll(/\s*\n\s*/g, " ") })
    }
    if (letters.length < pageSize) return total
    before = letters.at(-1)?.seq ?? null
  }
})

const list = Command.make(
  "list",
  {},
  Effect.fn(function*() {
    const total = yield* Effect.provide(everyLetter(({ line }) => Effect.as(Console.log(line), 1)), Desk)
    if (total === 0) yield* Console.log("there are no dead letters")
  })
).pipe(Command.withDescription("What could not be done about events, newest first, and why"))

const replay = Command.make(
  "replay",
  {
    id: Argument.String("id").pipe(Argument.optional),
    all: Flag.Boolean("all").pipe(Flag.withDescription("Every letter on the list"), Flag.withDefault(false))
  },
  Effect.fn(function*({ all, id }) {
    if (all === (id._tag === "Some")) {
      return yield* new Unclear({ message: "say the id of one dead letter, or --all" })
    }
    const total = yield* Effect.gen(function*() {
      const desk = yield* DeadLetterDesk
      if (id._tag === "None") {
        // Somebody else may discard one of them meanwhile: the others are done all the same.
        return yield* everyLetter((letter) =>
          desk.replayAsOperator(letter.id).pipe(
            Effect.as(1),
            Effect.catchTag("DeadLetterNotFound", () => Effect.succeed(0))
          )
        )
      }
      yield* desk.replayAsOperator(yield* idOf(id.value))
      return 1
    }).pipe(Effect.provide(Desk))
    yield* Console.log(`${total} on the way again`)
  })
).pipe(Command.withDescription("Have one of them done again, or all"))

const discard = Command.make(
  "discard",
  { id: Argument.String("id") },
  Effect.fn(function*({ id }) {
    yield* Effect.gen(function*() {
      const desk = yield* DeadLetterDesk
      yield* desk.discardAsOperator(yield* idOf(id))
    }).pipe(Effect.provide(Desk))
    yield* Console.log("discarded")
  })
).pipe(Command.withDescription("Give one of them up for good"))

export const deadLetters = Command.make("dead-letters").pipe(
  Command.withDescription("What could not be done about events"),
  Command.withSubcommands([list, replay, discard])
)
