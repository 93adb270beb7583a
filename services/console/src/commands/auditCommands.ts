import type { AuditReport } from "@opsdesk/audit/AuditFault"
import { faultLine } from "@opsdesk/audit/AuditFault"
import { AuditInspection } from "@opsdesk/audit/AuditInspection"
import { AuditKeys } from "@opsdesk/audit/AuditKeys"
import type { TrustedKey } from "@opsdesk/audit/verifyExport"
import { verifyExport } from "@opsdesk/audit/verifyExport"
import { onStack } from "@opsdesk/stack/runProgram"
import { NodeSha256 } from "@opsdesk/stack/Stack"
import { Console, Data, DateTime, Effect, FileSystem, Option, Schema, Stream } from "effect"
import { Argument, Command, Flag } from "effect/cli"

class AuditNotIntact extends Data.TaggedError("AuditNotIntact")<{ readonly message: string }> {}
class NoSuchKey extends Data.TaggedError("NoSuchKey")<{ readonly message: string }> {}

const file = (name: string, says: string) => Flag.String(name).pipe(Flag.withDescription(says), Flag.optional)

const linesOf = (path: string) =>
  Stream.unwrap(
    Effect.map(FileSystem.FileSystem, (files) =>
      files.stream(path, { chunkSize: 1_048_576 }).pipe(Stream.decodeText, Stream.splitLines))
  )

const linesOfOne = (path: Option.Option<string>) => Option.getOrUndefined(Option.map(path, linesOf))

const Jwk = Schema.Struct({
  kty: Schema.Literal("OKP"),
  crv: Schema.Literal("Ed25519"),
  x: Schema.String,
  kid: Schema.optionalKey(Schema.String)
})
const KeyFile = Schema.fromJsonString(Schema.Union([Schema.Struct({ keys: Schema.NonEmptyArray(Jwk) }), Jwk]))
const decodeKeys = Schema.decodeUnknownEffect(KeyFile)

const keysIn = Effect.fnUntraced(function*(path: string) {
  const files = yield* FileSystem.FileSystem
  const found = yield* Effect.mapError(
    decodeKeys(yield* files.readFileString(path)),
    () => new NoSuchKey({ message: `${path} is not an Ed25519 public key as JSON (JWK, or a set of them)` })
  )
  return "keys" in found ? found.keys : [found]
})

/** What was found, and how the process ends: integrity decides, what is not sealed yet does not. */
const tell = Effect.fnUntraced(function*({ batches, faultCount, faults, rows, waiting }: AuditReport) {
  for (const fault of faults) yield* Console.log(faultLine(fault))
  if (faultCount > faults.length) yield* Console.log(`… and ${faultCount - faults.length} more`)
  yield* Console.log(
    `integrity: ${rows} sealed rows in ${batches} batches, ${
      faultCount === 0 ? "all as they were sealed" : `${faultCount} faults`
    }`
  )
  yield* Console.log(
    waiting === 0
      ? "completeness: nothing waits to be sealed"
      : `completeness: ${waiting} rows are not sealed yet, and are not vouched for`
  )
  if (faultCount > 0) return yield* new AuditNotIntact({ message: "the audit is not as it was sealed" })
})

const exportIt = Command.make(
  "export",
  { file: file("file", "Where to write it; a new file. To the standard output otherwise") },
  Effect.fn(function*({ file }) {
    const files = yield* FileSystem.FileSystem
    yield* Effect.gen(function*() {
      const { exported } = yield* AuditInspection
      const bytes = Stream.encodeText(Stream.mapArray(exported, (lines) => [`${lines.join("\n")}\n`] as const))
      yield* Option.match(file, {
        onNone: () => Stream.runForEachArray(exported, (lines) => Console.log(lines.join("\n"))),
        onSome: (path) => Stream.run(bytes, files.sink(path, { flag: "wx", mode: 0o600 }))
      })
    }).pipe(Effect.provide(AuditInspection.layer), Effect.provide(onStack("console")))
  })
).pipe(Command.withDescription("Everything on the record with its seals, as lines of JSON"))

const verify = Command.make(
  "verify",
  {
    export: Argument.String("export").pipe(
      Argument.withDescription("An export; the database itself otherwise"),
      Argument.optional
    ),
    key: file("key", "The public keys that are trusted, as `audit key` prints them; needed for an export"),
    checkpoints: file("checkpoints", "The file of checkpoints that the sealer keeps outside of the database")
  },
  Effect.fn(function*({ checkpoints, export: path, key }) {
    const lines = linesOfOne(checkpoints)
    if (Option.isNone(path)) {
      const report = yield* Effect.flatMap(AuditInspection, (inspection) => inspection.verify(lines)).pipe(
        Effect.provide(AuditInspection.layer),
        Effect.provide(onStack("console"))
      )
      return yield* tell(report)
    }
    if (Option.isNone(key)) {
      return yield* new NoSuchKey({
        message: "an export is verified under a key that is trusted: name its file by --key"
      })
    }
    const keys: ReadonlyArray<TrustedKey> = yield* keysIn(key.value)
    yield* tell(
      yield* Effect.provide(verifyExport({ lines: linesOf(path.value), keys, checkpoints: lines }), NodeSha256)
    )
  })
).pipe(Command.withDescription("Find what is not as it was sealed; exit code 1 when something is"))

const key = Command.make(
  "key",
  {},
  Effect.fn(function*() {
    const keys = yield* Effect.flatMap(AuditKeys, ({ publicKeys }) => publicKeys).pipe(
      Effect.provide(AuditKeys.layer),
      Effect.provide(onStack("console"))
    )
    yield* Console.log(JSON.stringify({ keys }, null, 2))
  })
).pipe(Command.withDescription("The public keys that seals are verified with (JWK Set)"))

const rotate = Command.make(
  "rotate",
  {},
  Effect.fn(function*() {
    const { id, usedFrom } = yield* Effect.flatMap(AuditKeys, (keys) => keys.rotate()).pipe(
      Effect.provide(AuditKeys.layer),
      Effect.provide(onStack("console"))
    )
    yield* Console.log(`made audit key ${id}: it seals from ${DateTime.formatIso(usedFrom)} on`)
  })
).pipe(Command.withDescription("Seal with a new key; what the others sealed stays good"))

export const audit = Command.make("audit").pipe(
  Command.withDescription("The sealed record of who did what"),
  Command.withSubcommands([exportIt, verify, key, rotate])
)
