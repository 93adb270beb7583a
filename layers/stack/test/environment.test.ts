import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { readFileSync } from "node:fs"
import { beforeAll, vi } from "vitest"

describe("the environment of a process", () => {
  beforeAll(() => {
    // What has been read of it before is as the process was then.
    vi.resetModules()
    for (const name of ["PORT", "OPSDESK_DEMO", "OPSDESK_SECRET", "DATABASE_URL"]) vi.stubEnv(name, "")
    vi.stubEnv("LOG_LEVEL", " ")
    vi.stubEnv("HOST", "::1")
    return () => vi.unstubAllEnvs()
  })

  it.effect("says nothing where a name is set to nothing, as env files do", () =>
    Effect.gen(function*() {
      const { environment, Settings } = yield* Effect.promise(() => import("@opsdesk/stack/Settings"))
      const settings = yield* Effect.provide(Settings.make, environment)
      assert.deepInclude(settings, { port: 3000, host: "::1", demo: true, logLevel: "Info" })
      assert.isTrue(Option.isNone(settings.secret) && Option.isNone(settings.databaseUrl))
    }))

  it.effect("has an example that names every variable that the programs read, and no other, all unset", () =>
    Effect.gen(function*() {
      const { variables } = yield* Effect.promise(() => import("@opsdesk/stack/variables"))
      const example = readFileSync(new URL("../../../.env.example", import.meta.url), "utf8")
      const lines = example.split("\n").filter((line) => line !== "" && !line.startsWith("#"))
      assert.deepStrictEqual(lines, Object.values(variables).map(({ name }) => `${name}=`))
    }))
})
