import { assert, layer } from "@effect/vitest"
import { emptyDatabase } from "@opsdesk/testkit/EmbeddedRows"
import { Effect, Layer } from "effect"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { inject } from "vitest"
import { freePort, patience, run, scratchFolder, untilStatus } from "./RunningDesk.ts"

const build = fileURLToPath(new URL("../src/build.ts", import.meta.url))

layer(Layer.empty, { excludeTestServices: true })("programs that were made into a file each", (it) => {
  it.effect(
    "migrate a database, serve it and work in it, and stop when they are told to",
    () =>
      Effect.gen(function*() {
        const out = yield* scratchFolder
        const made = yield* run(build, ["--out", out], {})
        assert.strictEqual(yield* made.ended, 0, JSON.stringify(made.output()))

        const url = yield* emptyDatabase(inject("postgres"), `built_${process.pid}_${yield* freePort}`)
        const start = Effect.fnUntraced(function*(name: string, ...args: ReadonlyArray<string>) {
          const port = yield* freePort
          const program = yield* run(join(out, `${name}.js`), args, {
            DATABASE_URL: url,
            OPSDESK_SECRET: "a secret that only tests use, long enough",
            OPSDESK_DATA_DIR: yield* scratchFolder,
            PORT: String(port)
          })
          return { ...program, here: `http://127.0.0.1:${port}` }
        })

        // The migrations and the schema of GraphQL are files that the programs look for.
        for (const command of ["migrate", "seed"]) {
          const done = yield* start("console", command)
          assert.strictEqual(yield* done.ended, 0, JSON.stringify(done.output()))
        }
        for (const name of ["api", "realtime", "worker"]) {
          const program = yield* start(name)
          yield* untilStatus(`${program.here}/health/ready`, 200, program)
          if (name === "api") {
            const asked = yield* Effect.promise(() =>
              fetch(`${program.here}/graphql`, {
                method: "POST",
                headers: { "content-type": "application/json" },
                body: JSON.stringify({ query: "{ __typename }" })
              }).then((answer) => answer.json())
            )
            assert.strictEqual(asked.errors[0].extensions.code, "unauthenticated")
          }
          program.child.kill("SIGTERM")
          assert.strictEqual(yield* program.ended, 0, JSON.stringify(program.output()))
        }
      }).pipe(Effect.scoped),
    patience
  )

  it.effect("are named: what is none is refused", () =>
    Effect.gen(function*() {
      const made = yield* run(build, ["desktop"], {})
      assert.strictEqual(yield* made.ended, 1)
      assert.include(
        made.output().stdout + made.output().stderr,
        "desktop: no program, but api, console, realtime, worker"
      )
    }).pipe(Effect.scoped), patience)
})
