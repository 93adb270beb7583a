import { assert, layer } from "@effect/vitest"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { as } from "@opsdesk/testkit/actors"
import { asOwner } from "@opsdesk/testkit/asOwner"
import { later } from "@opsdesk/testkit/later"
import { Deferred, Effect, Fiber, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { createHash } from "node:crypto"
import { AuditDesk } from "../src/AuditDesk.ts"
import { AuditKeys } from "../src/AuditKeys.ts"
import { AuditSealer } from "../src/AuditSealer.ts"
import { happened } from "./fixtures/past.ts"
import { SealingDesk, underSeal } from "./fixtures/SealingDesk.ts"

const seal = Effect.flatMap(AuditSealer, (sealer) => sealer.seal)

const newest = Effect.gen(function*() {
  const { list } = yield* AuditDesk
  const { data } = yield* list({}, { limit: 1 }).pipe(as("alex"))
  return data[0]
})

layer(SealingDesk(), { excludeTestServices: true })("whoever reads the audit", (it) => {
  it.effect("of an empty desk finds nothing sealed, nor anything to seal", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* seal, 0)
      assert.deepStrictEqual(yield* underSeal, { rows: 0, batches: 0, waiting: 0, odd: 0 })
    }))

  it.effect("finds a row's hash once it is sealed, which goes on from the one before it in its chain", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      yield* happened({ action: "ticket.created", entityId: "t1" })
      assert.strictEqual((yield* newest)?.hash, null)
      assert.strictEqual(yield* seal, 1)
      const first = yield* newest
      yield* happened({ action: "ticket.created", entityId: "t2" })
      yield* happened({ action: "ticket.updated", entityId: "t1", note: "\"quoted\", é, 漢, \u2028" })
      assert.strictEqual(yield* seal, 2)
      const second = yield* newest
      const [{ text } = { text: "" }] = yield* sql<{ text: string }>`
        select after::text as text from audit_log where id = ${second?.id ?? ""}`
      const canonical = JSON.stringify({
        action: "ticket.updated",
        actorId: second?.actorId,
        after: text,
        at: second?.at.toString().replace("DateTime.Utc(", "").replace(")", ""),
        before: null,
        entityId: "t1",
        entityType: "ticket",
        id: second?.id,
        ip: null,
        requestId: second?.requestId,
        seq: second?.seq
      })
      const expected = createHash("sha256").update(Buffer.from(first?.hash ?? "", "hex")).update(canonical).digest(
        "hex"
      )
      assert.strictEqual(second?.hash, expected)
      assert.deepStrictEqual(yield* underSeal, { rows: 3, batches: 2, waiting: 0, odd: 0 })
    }))
})

layer(SealingDesk(), { excludeTestServices: true })("the sealer", (it) => {
  it.effect("seals each row once while five of it run and the desk is at work", () =>
    Effect.gen(function*() {
      const work = Effect.forEach(
        Array.from({ length: 150 }, (_, at) => at),
        (at) => happened({ action: "ticket.updated", entityId: `t${at % 7}` }),
        { concurrency: 4, discard: true }
      )
      const sealers = Effect.forEach([1, 2, 3, 4, 5], () => Effect.provide(seal, AuditSealer.layer, { local: true }), {
        concurrency: "unbounded"
      })
      const working = yield* Effect.forkChild(work)
      yield* Effect.repeat(sealers, Schedule.recurs(10))
      yield* Fiber.join(working)
      yield* seal
      const found = yield* underSeal
      assert.deepInclude({ ...found }, { rows: 150, waiting: 0, odd: 0 })
    }))

  it.effect("seals what commits late in a later batch, though it came first", () =>
    Effect.gen(function*() {
      const { atomic } = yield* Transaction
      const before = yield* underSeal
      const [written, goOn] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const late = yield* Effect.forkChild(atomic(Effect.gen(function*() {
        yield* happened({ action: "ticket.created", entityId: "late" })
        yield* Deferred.succeed(written, undefined)
        yield* Deferred.await(goOn)
      })))
      yield* Deferred.await(written)
      yield* happened({ action: "ticket.created", entityId: "early" })
      assert.strictEqual(yield* seal, 1)
      yield* Deferred.succeed(goOn, undefined)
      yield* Fiber.join(late)
      assert.strictEqual(yield* seal, 1)
      const sql = yield* SqlClient.SqlClient
      const order = yield* sql<{ entityId: string }>`
        select a.entity_id from audit_seals s join audit_log a on a.id = s.audit_id
        where s.position > ${before?.rows ?? 0} order by s.position`
      assert.deepStrictEqual(order.map(({ entityId }) => entityId), ["early", "late"])
      assert.deepInclude({ ...(yield* underSeal) }, { waiting: 0, odd: 0 })
    }))

  it.effect("has nothing of a row that was taken back, and leaves none behind that was kept", () =>
    Effect.gen(function*() {
      const { atomic } = yield* Transaction
      const before = yield* underSeal
      yield* Effect.forEach(Array.from({ length: 60 }, (_, at) => at), (at) =>
        Effect.exit(atomic(Effect.andThen(
          happened({ action: "ticket.updated", entityId: `n${at % 3}` }),
          at % 3 === 0 ? Effect.fail("taken back") : Effect.void
        ))), { concurrency: 4 })
      yield* seal
      assert.deepInclude({ ...(yield* underSeal) }, { rows: (before?.rows ?? 0) + 40, waiting: 0, odd: 0 })
    }))

  it.effect("signs with a new key once that is known to all, and goes on with the chain", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const keys = yield* AuditKeys
      const rotation = yield* keys.rotate()
      yield* seal
      yield* happened({ action: "ticket.created", entityId: "after" })
      yield* Effect.provide(seal, AuditSealer.layer, { local: true }).pipe(later("2 minutes"))
      const batches = yield* sql<{ keyId: string }>`select key_id from audit_batches order by number desc limit 2`
      assert.strictEqual(batches[0]?.keyId, rotation.id)
      assert.notStrictEqual(batches[1]?.keyId, rotation.id)
      const known = (yield* keys.publicKeys.pipe(later("2 minutes"))).map(({ kid }) => kid)
      assert.includeMembers(known, batches.map(({ keyId }) => keyId))
    }))

  it.effect("seals by itself for as long as it runs", () =>
    Effect.gen(function*() {
      const { run, wake } = yield* AuditSealer
      const running = yield* Effect.forkChild(run)
      yield* happened({ action: "ticket.created", entityId: "by itself" })
      yield* wake
      const sealed = Effect.map(underSeal, (found) => found?.waiting === 0)
      yield* Effect.repeat(sealed, { until: (done) => done, schedule: Schedule.spaced("50 millis") })
      yield* Fiber.interrupt(running)
    }))

  it.effect("has seals that nobody changes, not even the database's owner", () =>
    Effect.gen(function*() {
      yield* asOwner(Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        for (const table of ["audit_seals", "audit_batches"]) {
          for (
            const change of [`delete from ${table}`, `truncate ${table}`, `update ${table} set previous = previous`]
          ) {
            const error = yield* Effect.flip(sql.unsafe(change).unprepared)
            assert.include(String(error.reason.cause), "is append-only", change)
          }
        }
      }))
      const sql = yield* SqlClient.SqlClient
      for (
        const change of [
          "update audit_seals set chain = ''",
          "delete from audit_batches",
          "update audit_unsealed set seq = 0"
        ]
      ) {
        const error = yield* Effect.flip(sql.unsafe(change).unprepared)
        assert.include(String(error.reason.cause), "permission denied", change)
      }
    }))
})
