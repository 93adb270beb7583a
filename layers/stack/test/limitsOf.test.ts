import { assert, describe, it } from "@effect/vitest"
import { Settings } from "@opsdesk/stack/Settings"
import { ConfigProvider, Effect } from "effect"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

const under = (said: Record<string, string>) =>
  Effect.provide(Settings.make, ConfigProvider.layer(ConfigProvider.fromEnvRecord(said)))

/** A file with this text, gone when the test is over. */
const file = (text: string) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const folder = await mkdtemp(join(tmpdir(), "opsdesk-limits-"))
      await writeFile(join(folder, "limits.json"), text)
      return { folder, path: join(folder, "limits.json") }
    }),
    ({ folder }) => Effect.promise(() => rm(folder, { recursive: true }))
  ).pipe(Effect.map(({ path }) => path))

const usual = {
  failedSignIns: { most: 10, seconds: 900 },
  signInAttempts: { most: 60, seconds: 60 },
  refreshes: { most: 600, seconds: 60 },
  writes: { perSecond: 50, burst: 200 },
  reads: { perSecond: 200, burst: 800 },
  searches: { perSecond: 10, burst: 40 },
  sockets: { perUser: 50, perAddress: 500, handshakesPerSecond: 20, framesPerSecond: 20, frameBurst: 40 }
}

const refused: ReadonlyArray<readonly [text: string, line: RegExp]> = [
  ["", /: Expected a valid JSON/],
  ["{", /: Expected a valid JSON/],
  ["[]", /: Expected object/],
  ["{\"wrights\": {}}", / at wrights: Expected no excess property$/],
  ["{\"writes\": {\"perMinute\": 5}}", / at writes\.perMinute: Expected no excess property$/],
  ["{\"writes\": {\"perSecond\": \"5\"}}", / at writes\.perSecond: Expected number$/],
  ["{\"writes\": {\"perSecond\": 0}}", / at writes\.perSecond: Expected a value between 1 and 1000000$/],
  ["{\"reads\": {\"burst\": 1.5}}", / at reads\.burst: Expected an integer$/],
  ["{\"failedSignIns\": {\"seconds\": 86401}}", / at failedSignIns\.seconds: Expected a value between 1 and 86400$/]
]

describe("an operator's limits", () => {
  it.effect("are the documented ones where nothing is said, and none where that is said", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual((yield* under({})).limits, { on: true, figures: usual })
      assert.isFalse((yield* under({ OPSDESK_LIMITS: "off" })).limits.on)
    }))

  it.effect("of a file take the place of those, and leave out what may stay", () =>
    Effect.gen(function*() {
      const path = yield* file(JSON.stringify({ writes: { perSecond: 5 }, failedSignIns: { most: 3, seconds: 60 } }))
      const { figures, on } = (yield* under({ OPSDESK_LIMITS: path })).limits
      assert.isTrue(on)
      assert.deepStrictEqual(figures, {
        ...usual,
        writes: { perSecond: 5, burst: 200 },
        failedSignIns: { most: 3, seconds: 60 }
      })
    }).pipe(Effect.scoped))

  it.effect.each(refused)("of a file that says %s are refused in one line", ([text, line]) =>
    Effect.gen(function*() {
      const refusal = yield* Effect.flip(under({ OPSDESK_LIMITS: yield* file(text) }))
      assert.match(refusal.message, /^OPSDESK_LIMITS: \S+limits\.json/)
      assert.match(refusal.message, line)
      assert.notInclude(refusal.message, "\n")
    }).pipe(Effect.scoped))

  it.effect("of a file that is not there are refused too", () =>
    Effect.gen(function*() {
      const refusal = yield* Effect.flip(under({ OPSDESK_LIMITS: "/nowhere/limits.json" }))
      assert.strictEqual(refusal.message, "OPSDESK_LIMITS: /nowhere/limits.json cannot be read")
    }))
})
