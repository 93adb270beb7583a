import { Context, Effect, Layer } from "effect"
import type { ChildProcess } from "node:child_process"
import { execFile, spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import process from "node:process"
import { promisify } from "node:util"

const run = promisify(execFile)

/** Debian keeps the scripts themselves there; those on the path change the user first. */
const places = ["/usr/lib/rabbitmq/bin", ...(process.env["PATH"] ?? "").split(delimiter)]
const binaries = places.find((place) =>
  ["rabbitmq-server", "rabbitmqctl"].every((name) => existsSync(join(place, name)))
)

/** Whether this machine has RabbitMQ to start one of. */
export const canStartRabbit = binaries !== undefined

const freePort = Effect.promise(() =>
  new Promise<number>((resolve, reject) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() =>
        typeof address === "object" && address !== null ? resolve(address.port) : reject(new Error("no port"))
      )
    })
  })
)

/** A node that shares nothing with any other on the machine: files, cookie, plugins and configuration are its own. */
const settingsOf = (folder: string, port: number, distPort: number) => ({
  ...process.env,
  HOME: folder,
  RABBITMQ_NODENAME: `opsdesk-${port}@localhost`,
  RABBITMQ_NODE_IP_ADDRESS: "127.0.0.1",
  RABBITMQ_NODE_PORT: String(port),
  RABBITMQ_DIST_PORT: String(distPort),
  RABBITMQ_MNESIA_BASE: join(folder, "data"),
  RABBITMQ_LOG_BASE: join(folder, "log"),
  RABBITMQ_LOGS: "-",
  RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, "plugins"),
  RABBITMQ_CONFIG_FILE: join(folder, "none"),
  RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, "none"),
  RABBITMQ_CONF_ENV_FILE: join(folder, "none")
})

/** A RabbitMQ of the suite's own, which it may take away, give back, and bring into need. */
export class OwnRabbit extends Context.Service<OwnRabbit, {
  readonly url: string
  /** Dies on the spot, as if its machine had lost power. */
  readonly die: Effect.Effect<void>
  /** Is started again, with what it had written, and found at the same address. */
  readonly comeBack: Effect.Effect<void>
  /** Is short of memory, and takes no more messages. */
  readonly block: Effect.Effect<void>
  readonly unblock: Effect.Effect<void>
}>()("@opsdesk/testkit/OwnRabbit") {
  static readonly layer = Layer.effect(
    OwnRabbit,
    Effect.gen(function*() {
      const folder = yield* Effect.acquireRelease(
        Effect.promise(() => mkdtemp(join(tmpdir(), "opsdesk-rabbit-"))),
        (path) => Effect.promise(() => rm(path, { recursive: true, force: true }))
      )
      const port = yield* freePort
      const env = settingsOf(folder, port, yield* freePort)
      yield* Effect.promise(() => writeFile(env.RABBITMQ_ENABLED_PLUGINS_FILE, "[]."))
      const binary = (name: string) => join(binaries ?? "", name)
      let server: ChildProcess | null = null

      const start = Effect.callback<void>((resume) => {
        const started = spawn(binary("rabbitmq-server"), { env, detached: true, stdio: ["ignore", "pipe", "ignore"] })
        server = started
        let said = ""
        started.stdout.on("data", (bytes) => {
          said = (said + String(bytes)).slice(-4000)
          if (said.includes("Server startup complete")) resume(Effect.void)
        })
        started.once("error", (error) => resume(Effect.die(error)))
        started.once("exit", (code) => resume(Effect.die(new Error(`RabbitMQ has ended with ${code}: ${said}`))))
      })

      /** The script, the node and its helpers are one group. */
      const die = Effect.callback<void>((resume) => {
        const dying = server
        server = null
        if (dying?.pid === undefined || dying.exitCode !== null || dying.signalCode !== null) return resume(Effect.void)
        dying.once("exit", () => resume(Effect.void))
        process.kill(-dying.pid, "SIGKILL")
      })
      yield* Effect.addFinalizer(() => die)
      yield* start

      const watermark = (share: string) =>
        Effect.asVoid(
          Effect.promise(() =>
            run(binary("rabbitmqctl"), ["-n", env.RABBITMQ_NODENAME, "set_vm_memory_high_watermark", share], { env })
          )
        )
      return OwnRabbit.of({
        url: `amqp://guest:guest@127.0.0.1:${port}`,
        die,
        comeBack: start,
        block: watermark("0.0000001"),
        unblock: watermark("0.4")
      })
    })
  )
}
