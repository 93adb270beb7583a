import { EventReplay } from "@opsdesk/deadletters/EventReplay"
import { onStack } from "@opsdesk/stack/runProgram"
import { Console, Effect, Layer } from "effect"
import { Command, Flag } from "effect/cli"

const replay = Command.make(
  "replay",
  {
    consumer: Flag.String("consumer").pipe(Flag.withDescription("Who shall get them: a name of docs/events.md")),
    from: Flag.Int("from").pipe(Flag.withDescription("The position of the first event")),
    again: Flag.Boolean("again").pipe(
      Flag.withDescription("Act again on what it has acted on; else that is passed over"),
      Flag.withDefault(false)
    )
  },
  Effect.fn(function*(wanted) {
    const total = yield* Effect.flatMap(EventReplay, (desk) => desk.replay(wanted)).pipe(
      Effect.provide(EventReplay.layer.pipe(Layer.provideMerge(onStack("console"))))
    )
    yield* Console.log(`${total} events are on the way to ${wanted.consumer}`)
  })
).pipe(Command.withDescription("Have one consumer get past events again"))

export const events = Command.make("events").pipe(
  Command.withDescription("What has happened"),
  Command.withSubcommands([replay])
)
