import { assert } from "@effect/vitest"
import { Passwords } from "@opsdesk/capabilities/Passwords"
import { Effect, Redacted } from "effect"
import type { Suite } from "./Suite.ts"

const secret = (text: string) => Redacted.make(text)

/** What every `Passwords` owes. */
export const passwordsContract = (suite: Suite<Passwords>): void =>
  suite("a keeper of passwords", (it) => {
    it.effect("knows the right one from every other", () =>
      Effect.gen(function*() {
        const passwords = yield* Passwords
        const hash = yield* passwords.hash(secret("correct horse battery"))
        assert.isTrue(yield* passwords.verify(secret("correct horse battery"), hash))
        for (const wrong of ["", "correct horse batter", "correct horse battery ", "Correct horse battery", hash]) {
          assert.isFalse(yield* passwords.verify(secret(wrong), hash), wrong)
        }
      }))

    it.effect("says no for somebody who has none, whatever they try", () =>
      Effect.gen(function*() {
        const passwords = yield* Passwords
        assert.isFalse(yield* passwords.verify(secret("correct horse battery"), null))
        assert.isFalse(yield* passwords.verify(secret(""), null))
      }))

    it.effect("never makes the same hash twice, and none that tells the password", () =>
      Effect.gen(function*() {
        const passwords = yield* Passwords
        const [one, other] = yield* Effect.all([passwords.hash(secret("the same")), passwords.hash(secret("the same"))])
        assert.notStrictEqual(one, other)
        assert.notInclude(one, "the same")
        assert.isTrue(yield* passwords.verify(secret("the same"), other))
      }))

    it.effect("makes hashes that are up to date", () =>
      Effect.gen(function*() {
        const passwords = yield* Passwords
        assert.isFalse(passwords.isOutdated(yield* passwords.hash(secret("a password"))))
      }))

    it.effect("takes one that another keyboard composes otherwise for the same", () =>
      Effect.gen(function*() {
        const passwords = yield* Passwords
        const hash = yield* passwords.hash(secret("Ångström ﬁnds"))
        assert.isTrue(yield* passwords.verify(secret("A\u030Angstro\u0308m finds"), hash))
        assert.isFalse(yield* passwords.verify(secret("Angstrom finds"), hash))
      }))

    it.effect("cuts nothing off a long one", () =>
      Effect.gen(function*() {
        const passwords = yield* Passwords
        const long = "x".repeat(127)
        const hash = yield* passwords.hash(secret(`${long}a`))
        assert.isFalse(yield* passwords.verify(secret(`${long}b`), hash))
        assert.isTrue(yield* passwords.verify(secret(`${long}a`), hash))
      }))
  })
