/**
 * `pnpm test:bare`: whether the README's commands work for a newcomer. On a clean clone of HEAD, with an empty home, the
 * system's own Node, no pnpm and no variables of ours, it runs `npx -y pnpm@12 start` until the desk is ready and stops
 * it again; with `--with-tests` also `npx -y pnpm@12 test`. As root it does so twice: as root, in a folder that nobody
 * else can enter, and as an ordinary user.
 */
import type { ChildProcess } from "node:child_process"
import { execFileSync, spawn } from "node:child_process"
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../../", import.meta.url))
const withTests = process.argv.includes("--with-tests")
const isRoot = process.getuid?.() === 0
const minutes = 60_000

/** An account that every Unix has and that may do nothing. */
const nobody = 65_534

interface Visitor {
  readonly name: string
  readonly uid?: number
  /** What others may do in the folder that the clone lies in. */
  readonly mode: number
}

const visitors: ReadonlyArray<Visitor> = isRoot
  ? [{ name: "root, in a folder of root's own", mode: 0o700 }, { name: "an ordinary user", uid: nobody, mode: 0o755 }]
  : [{ name: "an ordinary user", mode: 0o700 }]

interface Running {
  readonly child: ChildProcess
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>
  readonly lastLines: (count: number) => string
}

const say = (line: string) => process.stdout.write(`${line}\n`)

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const server = createServer()
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => typeof address === "object" && address !== null ? resolve(address.port) : reject(address))
    })
  })

/** The system's own programs, without those of this project or of whoever runs it. */
const systemPath = () => {
  const ours = (folder: string) => folder.includes("node_modules") || folder.includes("pnpm")
  const [nodeFolder] = (process.env["PATH"] ?? "").split(":").filter((folder) =>
    folder !== "" && !ours(folder) && existsSync(join(folder, "npx"))
  )
  return [...new Set([nodeFolder ?? "/usr/bin", "/usr/local/bin", "/usr/bin", "/bin"])].join(":")
}

/** Where the desk of a clone has its database: in the clone, or sheltered elsewhere if the server cannot enter that. */
const databaseOf = (clone: string): string | undefined => {
  try {
    return realpathSync(join(clone, ".opsdesk/postgres/data"))
  } catch {
    return undefined
  }
}

/** The process that a file names, if there is such a file. */
const pidIn = (file: string): number | undefined => {
  try {
    return Number.parseInt(readFileSync(file, "utf8"), 10)
  } catch {
    return undefined
  }
}

/** Below zero: a process and all of its group. False for one that is gone already. */
const signal = (pid: number | undefined, name: NodeJS.Signals | 0): boolean => {
  if (pid === undefined || !Number.isInteger(pid)) return false
  try {
    return process.kill(pid, name)
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ESRCH") return false
    throw cause
  }
}

/** Ends a process that is no child of ours, and holds everything until it is gone: it may not write any more. */
const end = (pid: number | undefined, name: NodeJS.Signals) => {
  const sleep = new Int32Array(new SharedArrayBuffer(4))
  signal(pid, name)
  for (let tries = 0; tries < 100 && signal(pid, 0); tries++) Atomics.wait(sleep, 0, 0, 100)
}

/** Undone in the end, whichever way this ends: what was started is stopped, what was made is removed. */
const undo: Array<() => void> = []

const undoAll = () => {
  for (let next = undo.pop(); next !== undefined; next = undo.pop()) next()
}

for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(name, () => {
    undoAll()
    say(`stopped by ${name}`)
    process.exit(1)
  })
}

const visit = async (visitor: Visitor): Promise<ReadonlyArray<readonly [string, boolean]>> => {
  const place = mkdtempSync(join(tmpdir(), "opsdesk-bare-"))
  const home = join(place, "home")
  const clone = join(place, "opsdesk")
  const as = visitor.uid === undefined ? {} : { uid: visitor.uid, gid: visitor.uid }
  const env = { HOME: home, PATH: systemPath(), USER: visitor.uid === undefined ? "root" : "nobody", TMPDIR: tmpdir() }
  const run = (args: ReadonlyArray<string>, variables: Record<string, string> = {}): Running => {
    const child = spawn("npx", ["-y", "pnpm@12", ...args], {
      ...as,
      cwd: clone,
      env: { ...env, ...variables },
      // A session of its own, so that whatever it starts can be ended with it.
      detached: true,
      stdio: ["ignore", "pipe", "pipe"]
    })
    undo.push(() => {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) signal(-child.pid, "SIGKILL")
    })
    let printed = ""
    child.stdout.on("data", (chunk) => void (printed += chunk))
    child.stderr.on("data", (chunk) => void (printed += chunk))
    return {
      child,
      ended: new Promise((resolve) => child.once("exit", (code, how) => resolve(code ?? how ?? "unknown"))),
      lastLines: (count) => printed.split("\n").slice(-count).join("\n")
    }
  }
  const results: Array<readonly [string, boolean]> = []
  const check = (what: string, holds: boolean) => {
    results.push([what, holds])
    say(`  ${holds ? "yes" : "NO "}  ${what}`)
  }
  undo.push(() => {
    const database = databaseOf(clone)
    if (database !== undefined) {
      end(pidIn(join(dirname(database), "owner.pid")), "SIGKILL")
      end(pidIn(join(database, "postmaster.pid")), "SIGQUIT")
      if (!database.startsWith(realpathSync(place))) rmSync(dirname(database), { recursive: true, force: true })
    }
    rmSync(place, { recursive: true, force: true, maxRetries: 10 })
  })
  mkdirSync(home)
  execFileSync("git", ["clone", "--quiet", "--no-hardlinks", root, clone], { stdio: "inherit" })
  if (visitor.uid !== undefined) execFileSync("chown", ["-R", `${visitor.uid}:${visitor.uid}`, place])
  chownSync(place, visitor.uid ?? process.getuid?.() ?? 0, visitor.uid ?? process.getgid?.() ?? 0)
  chmodSync(place, visitor.mode)

  const port = await freePort()
  const desk = run(["start"], { PORT: String(port) })
  const ready = await waitFor(async () => {
    if (desk.child.exitCode !== null) return false
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`, { signal: AbortSignal.timeout(5_000) })
    return answer.status === 200 ? true : undefined
  }, 8 * minutes)
  check("`npx -y pnpm@12 start` serves /health/ready", ready)
  if (!ready) say(desk.lastLines(30))

  // To the desk itself: npx and pnpm pass on how it ended, but die of a signal of their own.
  const database = databaseOf(clone)
  signal(database === undefined ? undefined : pidIn(join(dirname(database), "owner.pid")), "SIGTERM")
  const ended = await within(minutes, desk.ended)
  check("SIGTERM ends it with exit code 0", ended === 0)
  if (ended !== 0) say(`ended: ${ended}\n${desk.lastLines(30)}`)
  const silent = await waitFor(
    () => fetch(`http://127.0.0.1:${port}/health`).then(() => undefined, () => true),
    minutes / 2
  )
  const server = database === undefined ? undefined : pidIn(join(database, "postmaster.pid"))
  check("and leaves nobody listening, and no database server", silent && server === undefined)

  if (withTests) {
    const tests = run(["test"])
    const outcome = await within(30 * minutes, tests.ended)
    check("`npx -y pnpm@12 test` passes", outcome === 0)
    if (outcome !== 0) say(`ended: ${outcome}\n${tests.lastLines(60)}`)
  }
  undoAll()
  return results
}

/** What a promise gives, or `late`. */
const within = async <A>(limit: number, promise: Promise<A>): Promise<A | "late"> => {
  const late = Promise.withResolvers<"late">()
  const timer = setTimeout(() => late.resolve("late"), limit)
  const first = await Promise.race([promise, late.promise])
  clearTimeout(timer)
  return first
}

/** Asks until the answer is yes or no; no when it takes too long. */
const waitFor = async (ask: () => Promise<boolean | undefined>, limit: number): Promise<boolean> => {
  const until = performance.now() + limit
  while (performance.now() < until) {
    const answer = await ask().catch(() => undefined)
    if (answer !== undefined) return answer
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  return false
}

const results: Array<readonly [string, boolean]> = []
try {
  for (const visitor of visitors) {
    say(visitor.name)
    results.push(...await visit(visitor))
  }
} finally {
  undoAll()
}
const held = results.filter(([, holds]) => holds).length
say(`${held} of ${results.length} checks passed`)
process.exitCode = held === results.length ? 0 : 1
