import { assert, it } from "@effect/vitest"
import { createHash } from "node:crypto"
import type { AuditFault } from "../src/AuditFault.ts"
import { canonicalRow } from "../src/AuditRow.ts"
import { sealedRows } from "../src/sealedRows.ts"

const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha256").update(bytes).digest())

const row = (seq: number) =>
  canonicalRow({
    id: `row ${seq}`,
    seq,
    at: "2026-03-14T09:26:53.589Z",
    actorId: null,
    action: "ticket.updated",
    entityType: "ticket",
    entityId: `t${seq}`,
    requestId: null,
    before: null,
    after: "é 漢 \u{1F5A8}".repeat(seq === 2 ? 2000 : 1),
    ip: null
  })

const zeros = "0".repeat(64)

/** Rows of one batch, each the first of its chain. */
const looked = (previous: ReadonlyArray<string>) => {
  const faults: Array<AuditFault> = []
  const rows = sealedRows(sha256, (fault) => void faults.push(fault))
  const hashes = previous.map((_, at) => sha256(Buffer.concat([new Uint8Array(32), Buffer.from(row(at + 1))])))
  const [left = new Uint8Array(), right = new Uint8Array()] = hashes.map((hash) => sha256(Buffer.from([0, ...hash])))
  rows.begin({
    number: 1,
    first: 1,
    last: previous.length,
    previous: zeros,
    root: sha256(Buffer.from([1, ...left, ...right])).toHex(),
    key: "k",
    sealedAt: "2026-03-14T09:26:54.000Z"
  })
  for (const [at, before] of previous.entries()) {
    const hash = hashes[at]?.toHex() ?? ""
    rows.add({ _tag: "Sealed", position: at + 1, previous: before, hash, row: row(at + 1), chain: null })
  }
  rows.close()
  return faults
}

it("rows that are as they were sealed have nothing against them, of whatever length and alphabet", () => {
  assert.deepStrictEqual(looked([zeros, zeros]), [])
})

it("a row whose hash before it has another length is told, though what is missing was there a moment ago", () => {
  for (const odd of ["", zeros.slice(2), `${zeros}00`]) {
    assert.deepStrictEqual(looked([zeros, odd]).map(({ positions, says }) => [positions, says]), [
      [{ first: 2, last: 2 }, "the hash before this row is none"]
    ])
  }
})
