import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { AuditInspection } from "../src/AuditInspection.ts"
import { AuditKeys } from "../src/AuditKeys.ts"
import { AuditSealer } from "../src/AuditSealer.ts"
import { verifyExport } from "../src/verifyExport.ts"
import { happened } from "./fixtures/past.ts"
import { checkpointLines, SealingDesk } from "./fixtures/SealingDesk.ts"

const Desk = AuditInspection.layer.pipe(Layer.provideMerge(SealingDesk()))

layer(Desk, { excludeTestServices: true })("an audit that nobody has touched", (it) => {
  it.effect("is found whole, live and exported, and what is not sealed yet is said", () =>
    Effect.gen(function*() {
      const { seal } = yield* AuditSealer
      const { exported, verify } = yield* AuditInspection
      const nothing = { rows: 0, batches: 0, waiting: 0, faults: [], faultCount: 0 }
      assert.deepStrictEqual(yield* verify(), nothing)
      for (const count of [1, 2, 3, 7, 8]) {
        for (let at = 0; at < count; at++) {
          yield* happened({
            action: "ticket.updated",
            entityId: at % 3 === 2 ? null : `t${at % 3} "\\ é`,
            note: "}\n{"
          })
        }
        yield* seal
      }
      yield* happened({ action: "ticket.updated", entityId: "waits" })
      const expected = { rows: 21, batches: 5, waiting: 1, faults: [], faultCount: 0 }
      const checkpoints = Stream.fromIterable(yield* checkpointLines)
      assert.deepStrictEqual(yield* verify(checkpoints), expected)
      const lines = yield* Stream.runCollect(exported)
      const keys = yield* Effect.flatMap(AuditKeys, ({ publicKeys }) => publicKeys)
      assert.deepStrictEqual(yield* verifyExport({ lines: Stream.fromIterable(lines), keys, checkpoints }), expected)
      assert.strictEqual(lines.length, 1 + 5 + 21 + 1 + 1)
      for (const line of lines) assert.doesNotThrow(() => JSON.parse(line))
    }))
})
