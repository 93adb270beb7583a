import { assert, layer } from "@effect/vitest"
import { AuditSealer } from "@opsdesk/audit/AuditSealer"
import { seedDatabase } from "@opsdesk/console/seedDatabase"
import { Database } from "@opsdesk/stack/Database"
import { compileCache } from "@opsdesk/testkit/RunningProgram"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { Effect, Layer, Redacted } from "effect"
import { execFile } from "node:child_process"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))

const folder = await mkdtemp(join(tmpdir(), "opsdesk-console-audit-"))

/** The command line as a process of its own, in the suite's data directory. */
const opsdesk = (args: ReadonlyArray<string>, variables: Record<string, string>) =>
  Effect.promise(() =>
    new Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>((resolve) => {
      execFile(process.execPath, [main, "audit", ...args], {
        env: {
          PATH: process.env["PATH"] ?? "",
          OPSDESK_DATA_DIR: folder,
          LOG_FORMAT: "json",
          ...compileCache,
          ...variables
        }
      }, (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }))
    })
  )

const Desk = AuditSealer.layer.pipe(
  Layer.provideMerge(TestStack("migrated", undefined, { OPSDESK_DATA_DIR: folder })),
  Layer.provideMerge(Layer.effectDiscard(
    Effect.addFinalizer(() => Effect.promise(() => rm(folder, { recursive: true, force: true })))
  ))
)

layer(Desk, { excludeTestServices: true })("an auditor at the command line", (it) => {
  it.effect(
    "takes keys, checkpoints and an export along, verifies them without the desk, and is told where it was changed",
    () =>
      Effect.gen(function*() {
        yield* seedDatabase
        yield* Effect.flatMap(AuditSealer, ({ seal }) => seal)
        const { ownerUrl } = yield* Database
        const onDesk = {
          DATABASE_URL: Redacted.value(ownerUrl),
          OPSDESK_SECRET: "a secret that only tests use, long enough"
        }
        const [file, keys] = [join(folder, "audit.ndjson"), join(folder, "keys.json")]
        const checkpoints = ["--checkpoints", join(folder, "audit", "checkpoints.ndjson")]
        const shown = yield* opsdesk(["key"], onDesk)
        assert.deepStrictEqual(Object.keys(JSON.parse(shown.stdout).keys[0]), ["kty", "crv", "x", "kid"])
        yield* Effect.promise(() => writeFile(keys, shown.stdout))
        assert.strictEqual((yield* opsdesk(["export", "--file", file], onDesk)).code, 0)
        const again = yield* opsdesk(["export"], onDesk)
        const text = yield* Effect.promise(() => readFile(file, "utf8"))
        assert.deepStrictEqual(again.stdout.split("\n").slice(1, -2), text.split("\n").slice(1, -2))
        const live = yield* opsdesk(["verify", ...checkpoints], onDesk)
        assert.deepStrictEqual([live.code, live.stderr], [0, ""])

        const nowhere = { DATABASE_URL: "postgres://nobody@127.0.0.1:1/nothing" }
        const sound = yield* opsdesk(["verify", file, "--key", keys, ...checkpoints], nowhere)
        assert.deepStrictEqual([sound.code, sound.stdout], [0, live.stdout])
        yield* Effect.promise(() => writeFile(file, text.replace(/("position":3,.*"action":")/u, "$1x")))
        const changed = yield* opsdesk(["verify", file, "--key", keys], nowhere)
        assert.strictEqual(changed.code, 1)
        assert.match(changed.stdout, /^position 3: the row, or its seal, is not what was sealed\n/u)
        assert.strictEqual(changed.stderr, "opsdesk: the audit is not as it was sealed\n")
        assert.strictEqual((yield* opsdesk(["verify", file], nowhere)).code, 1)
      }),
    120_000
  )
})
