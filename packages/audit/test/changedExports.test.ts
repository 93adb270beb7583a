import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { AuditInspection } from "../src/AuditInspection.ts"
import { AuditKeys } from "../src/AuditKeys.ts"
import { AuditSealer } from "../src/AuditSealer.ts"
import { verifyExport } from "../src/verifyExport.ts"
import { chanceFrom } from "./fixtures/chance.ts"
import { exportChanges } from "./fixtures/changedExports.ts"
import { isLocated, told, tries } from "./fixtures/located.ts"
import { aPast, happened } from "./fixtures/past.ts"
import { checkpointLines, SealingDesk } from "./fixtures/SealingDesk.ts"

const Desk = AuditInspection.layer.pipe(Layer.provideMerge(SealingDesk()))

const exportNow = Effect.flatMap(AuditInspection, ({ exported }) => Stream.runCollect(exported))

const look = Effect.fnUntraced(function*(lines: ReadonlyArray<string>, checkpoints?: ReadonlyArray<string>) {
  const keys = yield* Effect.flatMap(AuditKeys, ({ publicKeys }) => publicKeys)
  return yield* verifyExport({
    lines: Stream.fromIterable(lines),
    keys,
    checkpoints: checkpoints === undefined ? undefined : Stream.fromIterable(checkpoints)
  })
})

layer(Desk, { excludeTestServices: true })("whoever has an export of the audit", (it) => {
  it.effect(
    `finds the place, whatever of ${tries} things somebody has done to it`,
    () =>
      Effect.gen(function*() {
        yield* aPast
        const lines = yield* exportNow
        assert.deepInclude(yield* look(lines), { faultCount: 0, waiting: 2 })
        const kinds = Object.entries(exportChanges)
        for (let seed = 1; seed <= tries; seed++) {
          const [kind, change] = kinds[seed % kinds.length] ?? ["", undefined]
          const changed = change?.(chanceFrom(seed), lines)
          assert.isDefined(changed)
          assert.notDeepEqual(changed.lines, lines, `${seed} ${kind}: nothing was changed`)
          const report = yield* look(changed.lines)
          assert.isTrue(isLocated(report, changed), `${seed} somebody ${kind}: ${told(report)}`)
        }
      }),
    120_000
  )

  it.effect("sees by the checkpoints that it is an old one, played again", () =>
    Effect.gen(function*() {
      const old = yield* exportNow
      const { rows } = yield* look(old)
      yield* happened({ action: "ticket.updated", entityId: "t1" })
      yield* Effect.flatMap(AuditSealer, ({ seal }) => seal)
      const checkpoints = yield* checkpointLines
      assert.strictEqual((yield* look(old)).faultCount, 0)
      const report = yield* look(old, checkpoints)
      assert.isTrue(isLocated(report, { positions: [rows + 1], batches: [] }), told(report))
      assert.strictEqual((yield* look(yield* exportNow, checkpoints)).faultCount, 0)
    }))

  it.effect("trusts no key for being named in it, and no checkpoint that nobody signed", () =>
    Effect.gen(function*() {
      const lines = yield* exportNow
      const stranger = { x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }
      const report = yield* verifyExport({ lines: Stream.fromIterable(lines), keys: [stranger] })
      const batches = lines.filter((line) => line.startsWith("{\"batch\"")).length
      assert.strictEqual(report.faultCount, batches + 1, told(report))
      const [first = "", ...others] = yield* checkpointLines
      const forged = first.replace(/"sealedAt":"\d{4}/u, "\"sealedAt\":\"1999")
      assert.strictEqual((yield* look(lines, [forged, ...others])).faultCount, 1)
    }))
})
