import * as NodeServices from "@effect/platform-node/NodeServices"
import { KeyDesk } from "@opsdesk/access/KeyDesk"
import { ReportBuilder } from "@opsdesk/reports/ReportBuilder"
import { emptyDatabase, migrateDatabase } from "@opsdesk/stack/migrateDatabase"
import { onDatabase, onStack, runProcess } from "@opsdesk/stack/runProgram"
import { Settings } from "@opsdesk/stack/Settings"
import { Console, Data, DateTime, Effect, Layer, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { audit } from "./commands/auditCommands.ts"
import { createUser } from "./commands/createUser.ts"
import { deadLetters } from "./commands/deadLetters.ts"
import { events } from "./commands/events.ts"
import { seedDatabase } from "./seedDatabase.ts"

const Prepared = Layer.effectDiscard(migrateDatabase)

const migrate = Command.make(
  "migrate",
  {},
  Effect.fn(function*() {
    const applied = yield* Effect.provide(migrateDatabase, onDatabase("console"))
    yield* Console.log(applied.length === 0 ? "the schema is up to date" : `applied ${applied.join(", ")}`)
  })
).pipe(Command.withDescription("Bring the database's schema up to date"))

const seed = Command.make(
  "seed",
  {},
  Effect.fn(function*() {
    yield* Effect.provide(seedDatabase, onStack("console", Prepared))
    yield* Console.log("seeded")
  })
).pipe(Command.withDescription("Make roles, the first admin and, where it is on, the demo; again without doubles"))

class NotConfirmed extends Data.TaggedError("NotConfirmed")<{ readonly message: string }> {}

const reset = Command.make(
  "reset",
  {
    yes: Flag.Boolean("yes").pipe(
      Flag.withDescription("Really drop everything in a database that DATABASE_URL names"),
      Flag.withDefault(false)
    )
  },
  Effect.fn(function*({ yes }) {
    yield* Effect.gen(function*() {
      const { embedded } = yield* Settings
      if (!embedded && !yes) {
        return yield* new NotConfirmed({
          message: "this drops everything in the database that DATABASE_URL names; say `db:reset --yes` if you mean it"
        })
      }
      yield* emptyDatabase
    }).pipe(Effect.provide(onDatabase("console")))
    yield* Effect.provide(seedDatabase, onStack("console", Prepared))
    yield* Console.log("dropped, migrated and seeded")
  })
).pipe(Command.withDescription("Drop everything and begin anew"))

const create = Command.make(
  "create",
  {
    email: Argument.String("email"),
    name: Flag.String("name").pipe(Flag.withDescription("What the person is called"), Flag.optional),
    role: Flag.String("role").pipe(Flag.withDescription("A role's name; customer unless said otherwise"), Flag.optional)
  },
  Effect.fn(function*({ email, name, role }) {
    const { id, password } = yield* createUser({
      email,
      name: Option.getOrElse(name, () => email),
      role: Option.getOrElse(role, () => "customer")
    }).pipe(Effect.provide(onStack("console")))
    yield* Console.log(`made ${email} (${id}); the password, shown this once, is ${password}`)
  })
).pipe(Command.withDescription("Make an account with a password of its own"))

const users = Command.make("users").pipe(
  Command.withDescription("Accounts"),
  Command.withSubcommands([create])
)

const rotate = Command.make(
  "rotate",
  {},
  Effect.fn(function*() {
    const { id, othersGoodUntil, usedFrom } = yield* Effect.flatMap(KeyDesk, (desk) => desk.rotate()).pipe(
      Effect.provide(KeyDesk.layer),
      Effect.provide(onStack("console"))
    )
    yield* Console.log(`made key ${id}: it signs from ${DateTime.formatIso(usedFrom)} on`)
    yield* Console.log(`the keys before it stay good until ${DateTime.formatIso(othersGoodUntil)}`)
  })
).pipe(Command.withDescription("Sign access tokens with a new key; nobody is signed out"))

const keys = Command.make("keys").pipe(
  Command.withDescription("The keys that access tokens are signed with"),
  Command.withSubcommands([rotate])
)

const rebuild = Command.make(
  "rebuild",
  {},
  Effect.fn(function*() {
    const tickets = yield* Effect.flatMap(ReportBuilder, (builder) => builder.rebuild()).pipe(
      Effect.provide(ReportBuilder.layer),
      Effect.provide(onStack("console"))
    )
    yield* Console.log(`built the reports anew from the events of ${tickets} tickets`)
  })
).pipe(Command.withDescription("Build the daily reports anew from the events, while the old ones are read"))

const reports = Command.make("reports").pipe(
  Command.withDescription("The figures of each day"),
  Command.withSubcommands([rebuild])
)

const opsdesk = Command.make("opsdesk").pipe(
  Command.withDescription("OpsDesk's admin command line"),
  Command.withSubcommands([migrate, seed, reset, users, keys, audit, reports, deadLetters, events])
)

runProcess(Command.run(opsdesk, { version: "0.1.0" }).pipe(Effect.provide(NodeServices.layer)))
