import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { Folder, freePort, patience, programs, run, RunningDesk, untilStatus } from "./RunningDesk.ts"

/** What the embedded server has written about itself. */
const serverLog = (dataDir: string) => Effect.promise(() => readFile(join(dataDir, "postgres/server.log"), "utf8"))

layer(Folder.layer, { excludeTestServices: true })("the desk in a terminal", (it) => {
  for (const [often, presses] of [["once", 1], ["again and again", 3]] as const) {
    it.effect(
      `Ctrl-C ${often} in a terminal, where it reaches the whole group, ends the desk in order`,
      () =>
        Effect.gen(function*() {
          const dataDir = yield* Folder
          const port = yield* freePort
          const desk = yield* run(
            programs.desk,
            [],
            { PORT: String(port), OPSDESK_DATA_DIR: dataDir },
            { file: process.execPath, args: [], detached: true }
          )
          yield* untilStatus(`http://127.0.0.1:${port}/health/ready`, 200, desk)
          const { pid } = desk.child
          assert(pid !== undefined)
          for (let press = 0; press < presses; press++) {
            process.kill(-pid, "SIGINT")
            yield* Effect.sleep("50 millis")
          }
          assert.strictEqual(yield* desk.ended, 0)
          assert.strictEqual(desk.output().stderr, "")
          assert.include(yield* serverLog(dataDir), "database system is shut down")

          yield* Effect.scoped(RunningDesk.start({ dataDir }))
          assert.notMatch(yield* serverLog(dataDir), /was interrupted|was not properly shut down/)
        }).pipe(Effect.scoped),
      patience
    )
  }
})
