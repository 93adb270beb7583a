import { assert, layer } from "@effect/vitest"
import { asOwner } from "@opsdesk/testkit/asOwner"
import { Effect, Logger, References } from "effect"
import { SqlClient } from "effect/sql"
import { rm, stat, writeFile } from "node:fs/promises"
import { dirname } from "node:path"
import { AuditSealer } from "../src/AuditSealer.ts"
import { happened } from "./fixtures/past.ts"
import { checkpointLines, Folder, SealingDesk, underSeal } from "./fixtures/SealingDesk.ts"

const sealOne = Effect.gen(function*() {
  yield* happened({ action: "ticket.created", entityId: "t1" })
  return yield* Effect.flatMap(AuditSealer, (sealer) => sealer.seal)
})

/** As a program that has just started, and so must read where the file ends. */
const sealAnew = Effect.provide(Effect.flatMap(AuditSealer, (sealer) => sealer.seal), AuditSealer.layer, {
  local: true
})

const numbers = Effect.map(
  checkpointLines,
  (lines) =>
    lines.map((line) =>
      line.startsWith("{\"batch\":{") && line.endsWith("}") ? Number(JSON.parse(line).batch.number) : line
    )
)

layer(SealingDesk(), { excludeTestServices: true })("whoever keeps the checkpoints outside of the database", (it) => {
  it.effect("has one for each batch, in a file that nobody else may read", () =>
    Effect.gen(function*() {
      const { checkpoints } = yield* Folder
      yield* sealOne
      yield* sealOne
      assert.deepStrictEqual(yield* numbers, [1, 2])
      const { mode } = yield* Effect.promise(() => stat(checkpoints))
      assert.strictEqual(mode & 0o777, 0o600)
    }))

  it.effect("is told of a sound batch at debug alone: a desk at work would say little else", () =>
    Effect.gen(function*() {
      const told: Array<string> = []
      const logger = Logger.make(({ logLevel, message }) => void told.push(`${logLevel} ${String(message)}`))
      yield* sealOne.pipe(
        Effect.provide(Logger.layer([logger])),
        Effect.provideService(References.MinimumLogLevel, "Debug")
      )
      assert.match(told.join("\n"), /^Debug audit batch 3 sealed: positions 3 to 3, root [0-9a-f]{64}$/u)
    }))

  it.effect("misses none after a disk that took none: the row is sealed, and the file is completed later", () =>
    Effect.gen(function*() {
      const { checkpoints } = yield* Folder
      const place = dirname(checkpoints)
      yield* Effect.promise(async () => {
        await rm(place, { recursive: true })
        await writeFile(place, "no folder")
      })
      const problem = yield* Effect.flip(sealOne)
      assert.strictEqual(problem._tag, "CheckpointsUnavailable")
      assert.deepInclude({ ...(yield* underSeal) }, { rows: 4, waiting: 0, odd: 0 })
      yield* Effect.promise(() => rm(place))
      assert.strictEqual(yield* sealAnew, 0)
      assert.deepStrictEqual(yield* numbers, [1, 2, 3, 4])
    }))

  it.effect("goes on below a line that a crash has cut short, with that batch and those after it", () =>
    Effect.gen(function*() {
      const { checkpoints } = yield* Folder
      yield* sealOne
      const lines = yield* checkpointLines
      const torn = lines[4]?.slice(0, 50) ?? ""
      yield* Effect.promise(() => writeFile(checkpoints, `${lines.slice(0, 4).join("\n")}\n${torn}`))
      yield* happened({ action: "ticket.updated", entityId: "t1" })
      yield* sealAnew
      assert.deepStrictEqual(yield* numbers, [1, 2, 3, 4, torn, 5, 6])
    }))

  it.effect("sees on file that the database has lost what it had, while the desk seals on", () =>
    Effect.gen(function*() {
      yield* asOwner(Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        yield* sql`alter table audit_batches disable trigger all`
        yield* sql`alter table audit_seals disable trigger all`
        yield* sql`delete from audit_seals where position > 4`
        yield* sql`delete from audit_batches where last_position > 4`
      }))
      yield* sealAnew
      yield* sealOne
      assert.deepStrictEqual((yield* numbers).slice(5), [5, 6, 4, 5])
    }))
})
