import { freePort, run, scratchFolder, untilStatus } from "@opsdesk/testkit/RunningProgram"
import { Context, Effect, Layer } from "effect"
import { fileURLToPath } from "node:url"

export { freePort, patience, run, scratchFolder, statusOf, untilStatus } from "@opsdesk/testkit/RunningProgram"
export type { Program } from "@opsdesk/testkit/RunningProgram"

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))
const api = fileURLToPath(new URL("../../http/src/main.ts", import.meta.url))
const console = fileURLToPath(new URL("../../console/src/main.ts", import.meta.url))

export const programs = { desk: main, api, console }

/** The whole desk, ready. */
const start = Effect.fnUntraced(function*(
  options: {
    readonly dataDir?: string
    readonly port?: number
    readonly variables?: Record<string, string>
  } = {}
) {
  const port = options.port ?? (yield* freePort)
  const dataDir = options.dataDir ?? (yield* scratchFolder)
  const program = yield* run(main, [], { PORT: String(port), OPSDESK_DATA_DIR: dataDir, ...options.variables })
  const url = `http://127.0.0.1:${port}`
  yield* untilStatus(`${url}/health/ready`, 200, program)
  return { ...program, port, dataDir, url }
})

export const RunningDesk = { start }

/** A data folder that the tests of a suite start one desk after another on: only the first of them finds nothing there. */
export class Folder extends Context.Service<Folder, string>()("@opsdesk/desk/test/Folder") {
  static readonly layer = Layer.effect(Folder, scratchFolder)
}
