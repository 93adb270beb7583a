import type { PlantedBug } from "./bugs.ts"

/** What loses or doubles messages, or gives them to whom they are not for. */
export const brokerBugs: ReadonlyArray<PlantedBug> = [
  {
    name: "whoever had a message settles it, though another has it now",
    promise: "a consumer that was frozen settles nothing that is another's by then",
    file: "layers/postgres/src/queueStatements.ts",
    right: "queue = ${queue} and lease = ${token} and position",
    wrong: "queue = ${queue} and position",
    project: "postgres",
    test: "test/PostgresBroker.test.ts",
    title: "lets whoever lost a message to another settle"
  },
  {
    name: "a consumer that takes its time loses its messages to the next",
    promise: "a consumer that lives keeps what it was handed out",
    file: "layers/postgres/src/queueRounds.ts",
    right: "Effect.raceFirst(work(taken), heartbeat(held))",
    wrong: "work(taken)",
    project: "postgres",
    test: "test/PostgresBroker.test.ts",
    title: "leaves messages with a consumer that takes its time"
  },
  {
    name: "a message that no queue takes is confirmed, and gone",
    promise: "each event takes effect at each consumer",
    file: "layers/rabbitmq/src/makePublisher.ts",
    right: "mandatory: true",
    wrong: "mandatory: false",
    project: "rabbitmq",
    test: "test/contracts.test.ts",
    title: "says which messages no queue takes"
  },
  {
    name: "what one consumer tries again goes to all who asked for its type",
    promise: "what one consumer fails at comes again to it alone",
    file: "layers/rabbitmq/src/letters.ts",
    right: "    exchange: \"\",\n    routingKey: `${prefix}${isRetry",
    wrong:
      "    exchange: `${prefix}opsdesk.events`,\n    routingKey: isRetry && type !== null ? type : `${prefix}${isRetry",
    project: "rabbitmq",
    test: "test/contracts.test.ts",
    title: "brings back what is to be tried again"
  }
]
