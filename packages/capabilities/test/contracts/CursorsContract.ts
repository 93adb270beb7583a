import { assert } from "@effect/vitest"
import { Cursors } from "@opsdesk/capabilities/Cursors"
import { Effect, Schema } from "effect"
import type { Suite } from "./Suite.ts"

const Text = Schema.String.check(Schema.makeFilter((text) => text.isWellFormed()))
const Cursor = Schema.Struct({ binding: Text, position: Schema.Array(Schema.Union([Text, Schema.Finite])) })
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

/** What every `Cursors` owes. */
export const cursorsContract = (suite: Suite<Cursors>): void =>
  suite("a maker of cursors", (it) => {
    it.effect.prop("opens what it has sealed", { cursor: Cursor }, ({ cursor: { binding, position } }) =>
      Effect.gen(function*() {
        const cursors = yield* Cursors
        const sealed = yield* cursors.seal(binding, position)
        assert.deepStrictEqual(yield* cursors.open(binding, sealed), JSON.parse(JSON.stringify(position)))
        assert.match(sealed, /^[A-Za-z0-9._~-]+$/)
      }))

    it.effect.prop("opens nothing for another list, filter, sort or user", { a: Cursor, b: Cursor }, ({ a, b }) =>
      Effect.gen(function*() {
        const cursors = yield* Cursors
        const sealed = yield* cursors.seal(a.binding, a.position)
        for (const other of [`${a.binding} `, `x${a.binding}`, ...(a.binding === b.binding ? [] : [b.binding])]) {
          assert.strictEqual(yield* cursors.open(other, sealed), null)
        }
      }))

    it.effect("opens nothing that somebody has touched, wherever they did", () =>
      Effect.gen(function*() {
        const cursors = yield* Cursors
        const sealed = yield* cursors.seal("tickets", [
          "2026-01-01T00:00:00.000Z",
          "0198c7a2-0000-7000-8000-000000000001"
        ])
        for (let at = 0; at < sealed.length; at++) {
          const other = sealed[at] === "A" ? "B" : "A"
          assert.strictEqual(
            yield* cursors.open("tickets", sealed.slice(0, at) + other + sealed.slice(at + 1)),
            null,
            `${at}`
          )
          assert.strictEqual(yield* cursors.open("tickets", sealed.slice(0, at)), null, `first ${at}`)
          assert.strictEqual(yield* cursors.open("tickets", sealed.slice(at + 1)), null, `without the first ${at + 1}`)
        }
        for (const last of alphabet.replace(sealed.slice(-1), "")) {
          assert.strictEqual(yield* cursors.open("tickets", sealed.slice(0, -1) + last), null, `…${last}`)
        }
        for (const more of ["A", "=", ".", " ", "\n", `.${sealed}`]) {
          assert.strictEqual(yield* cursors.open("tickets", sealed + more), null, JSON.stringify(more))
        }
      }))

    it.effect.prop("opens nothing of what somebody makes up, and never breaks", { text: Schema.String }, ({ text }) =>
      Effect.gen(function*() {
        const cursors = yield* Cursors
        for (
          const cursor of [
            text,
            `${text}.${text}`,
            `${text}.`,
            `.${text}`,
            btoa(encodeURIComponent(text.toWellFormed()))
          ]
        ) {
          assert.strictEqual(yield* cursors.open("tickets", cursor), null)
        }
      }))
  })
