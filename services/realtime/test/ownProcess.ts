import { Database } from "@opsdesk/stack/Database"
import { Effect, Redacted, Schedule } from "effect"
import type { ChildProcess } from "node:child_process"
import { spawn } from "node:child_process"
import { readFile } from "node:fs/promises"
import { createServer } from "node:net"
import { fileURLToPath } from "node:url"

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))

const freePort = Effect.callback<number>((resume) => {
  const server = createServer()
  server.listen(0, "127.0.0.1", () => {
    const address = server.address()
    server.close(() => resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0)))
  })
})

/** The realtime program as a process of its own, which can be killed on the spot and started again on its port. */
export const ownProcess = Effect.gen(function*() {
  const { programUrl } = yield* Database
  const port = yield* freePort
  let child: ChildProcess | null = null
  const isUp = Effect.tryPromise(async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`)
    await answer.arrayBuffer()
    if (answer.status !== 200) throw new Error(`${answer.status}`)
  })
  const start = Effect.suspend(() => {
    child = spawn(process.execPath, [main], {
      env: {
        PATH: process.env["PATH"] ?? "",
        PORT: String(port),
        DATABASE_URL: Redacted.value(programUrl),
        OPSDESK_SECRET: "a secret that only tests use, long enough",
        OPSDESK_LIMITS: "off",
        LOG_LEVEL: "error"
      },
      stdio: "ignore"
    })
    return Effect.retry(isUp, Schedule.spaced("50 millis"))
  })
  const kill = Effect.callback<void>((resume) => {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return resume(Effect.void)
    child.once("exit", () => resume(Effect.void))
    child.kill("SIGKILL")
  })
  yield* Effect.addFinalizer(() => kill)
  yield* start
  /** What it has in memory, in MiB; null where the system does not say. */
  const memory = Effect.promise(async () => {
    const said = await readFile(`/proc/${child?.pid}/status`, "utf8").catch(() => "")
    const [, kib] = /VmRSS:\s+(\d+)/u.exec(said) ?? []
    return kib === undefined ? null : Number(kib) / 1024
  })
  return { port, memory, killed: Effect.andThen(kill, start) }
})
