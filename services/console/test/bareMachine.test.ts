import { assert, layer } from "@effect/vitest"
import { compileCache } from "@opsdesk/testkit/RunningProgram"
import { Context, Effect, Layer } from "effect"
import { execFile } from "node:child_process"
import { chmod, mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))

/** A machine with nothing on it but Node and this desk. */
class BareMachine extends Context.Service<BareMachine, {
  readonly dataDir: string
  readonly opsdesk: (
    line: string,
    variables?: Record<string, string>
  ) => Effect.Effect<{ readonly code: number; readonly stdout: string; readonly stderr: string }>
}>()("@opsdesk/console/test/BareMachine") {
  static readonly layer = Layer.effect(
    BareMachine,
    Effect.gen(function*() {
      const folder = yield* Effect.acquireRelease(
        Effect.promise(() => mkdtemp(join(tmpdir(), "opsdesk-console-"))),
        (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
      )
      // Run as root, the server has a user of its own, who must be able to pass.
      yield* Effect.promise(() => chmod(folder, 0o711))
      const dataDir = join(folder, "desk")
      return BareMachine.of({
        dataDir,
        opsdesk: (line, variables = {}) =>
          Effect.callback((resume) => {
            const env = {
              PATH: process.env["PATH"] ?? "",
              OPSDESK_DATA_DIR: dataDir,
              LOG_FORMAT: "json",
              ...compileCache,
              ...variables
            }
            const child = execFile(process.execPath, [main, ...line.split(" ")], { env }, (_, stdout, stderr) =>
              resume(Effect.succeed({ code: child.exitCode ?? -1, stdout, stderr })))
          })
      })
    })
  )
}

layer(BareMachine.layer, { excludeTestServices: true })("the command line on a bare machine", (it) => {
  it.effect(
    "migrates an embedded database, finds it done the second time, seeds it and makes an account",
    () =>
      Effect.gen(function*() {
        const { dataDir, opsdesk } = yield* BareMachine
        const migrated = yield* opsdesk("migrate")
        assert.match(migrated.stdout, /^applied 0001_people\.sql, .*\n$/m)
        assert.deepStrictEqual([migrated.code, migrated.stderr], [0, ""])
        const again = yield* opsdesk("migrate")
        assert.deepStrictEqual([again.code, again.stderr], [0, ""])
        assert.match(again.stdout, /^the schema is up to date\n$/m)
        const seeded = yield* opsdesk("seed")
        assert.deepStrictEqual([seeded.code, seeded.stderr], [0, ""])
        assert.match(seeded.stdout, /^seeded\n$/m)
        const made = yield* opsdesk("users create x@y.z --role agent")
        assert.deepStrictEqual([made.code, made.stderr], [0, ""])
        assert.match(made.stdout, /^made x@y\.z \([0-9a-f-]{36}\); the password, shown this once, is [\w-]{24}\n$/m)
        const twice = yield* opsdesk("users create x@y.z --role agent")
        assert.strictEqual(twice.code, 1)
        assert.match(twice.stderr, /^opsdesk: [^\n]+\n$/)
        const rotated = yield* opsdesk("keys rotate")
        assert.deepStrictEqual([rotated.code, rotated.stderr], [0, ""])
        assert.match(
          rotated.stdout,
          /^made key [0-9a-f-]{36}: it signs from \S+Z on\nthe keys before it stay good until \S+Z\n$/
        )
        const left = yield* Effect.promise(() => readdir(dataDir))
        assert.includeMembers(left, ["postgres", "secret"])
      }),
    180_000
  )

  it.effect(
    "says in one line what is wrong with a setting, does nothing, and ends with 1",
    () =>
      Effect.gen(function*() {
        const { opsdesk } = yield* BareMachine
        const closed = "postgres://nobody:secret@127.0.0.1:1/desk"
        const wrong: ReadonlyArray<readonly [line: string, variables: Record<string, string>, says: RegExp]> = [
          ["migrate", { PORT: "http" }, /^opsdesk: PORT: expected a string representing a finite number\n$/],
          ["seed", { OPSDESK_DEMO: "maybe" }, /^opsdesk: OPSDESK_DEMO: expected "on" \| "off"\n$/],
          ["migrate", { HOST: "0.0.0.0" }, /^opsdesk: HOST=0\.0\.0\.0 can be reached from elsewhere: [^\n]+\n$/],
          ["migrate", { DATABASE_URL: closed }, /^opsdesk: [^\n]*connect ECONNREFUSED 127\.0\.0\.1:1\n$/],
          ["seed", { DATABASE_URL: closed, OPSDESK_DEMO: "" }, /^opsdesk: [^\n]*connect ECONNREFUSED 127\.0\.0\.1:1\n$/]
        ]
        for (const [line, variables, says] of wrong) {
          const { code, stderr, stdout } = yield* opsdesk(line, variables)
          assert.match(stderr, says)
          assert.notInclude(stderr, "secret")
          assert.deepStrictEqual([code, stdout], [1, ""], line)
        }
      }),
    60_000
  )
})
