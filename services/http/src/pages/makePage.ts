import { Clock, Data, Effect } from "effect"
import { spawn } from "node:child_process"
import { mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises"
import { constants, setPriority } from "node:os"
import { join } from "node:path"
import { hashOfSources, madeFolder, readPage, webFolder } from "./pageFolder.ts"

/** The page's sources could not be made into a page. */
export class PageNotMade extends Data.TaggedError("PageNotMade")<{ readonly message: string }> {}

/** Deno has to be told that a script may do what scripts do. */
const leave = "Deno" in globalThis ? ["run", "-A"] : []

/** Vite in a process of its own, after everybody else: who uses the desk meanwhile does not wait for it. */
const vite = (outDir: string) =>
  Effect.callback<void, PageNotMade>((resume) => {
    const script = join(webFolder, "node_modules/vite/bin/vite.js")
    const args = [...leave, script, "build", "--outDir", outDir, "--emptyOutDir", "--logLevel", "error"]
    const child = spawn(globalThis.process.execPath, args, {
      cwd: webFolder,
      env: { ...globalThis.process.env, NODE_ENV: "production" },
      stdio: ["ignore", "ignore", "pipe"]
    })
    let said = ""
    child.stderr.on("data", (chunk) => void (said += chunk))
    child.once("spawn", () => child.pid !== undefined && setPriority(child.pid, constants.priority.PRIORITY_LOW))
    child.once("error", ({ message }) => resume(Effect.fail(new PageNotMade({ message }))))
    child.once("close", (code) =>
      resume(code === 0 ? Effect.void : Effect.fail(new PageNotMade({ message: said.trim() || `vite: ${code}` }))))
    return Effect.sync(() =>
      child.kill()
    )
  })

const files = <A>(run: () => Promise<A>) =>
  Effect.tryPromise({ try: run, catch: (error) => new PageNotMade({ message: String(error) }) })

/** Of two who make the same page at once the first has put it there; the other's is the same. */
const putInPlace = (made: string, place: string) =>
  files(() =>
    rename(made, place).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error
    })
  )

/** Nobody makes a page for so long, in milliseconds: whoever began was stopped. */
const stopped = 600_000

/** What was made of other sources, which a program that serves it has in memory, and what nobody makes any more. */
const removeOlder = (hash: string, now: number) =>
  files(async () => {
    for (const name of await readdir(madeFolder)) {
      const folder = join(madeFolder, name)
      const isOver = name.startsWith(".") ? now - (await stat(folder)).mtimeMs > stopped : name !== hash
      if (isOver) await rm(folder, { recursive: true, force: true })
    }
  })

const make = (hash: string) =>
  Effect.acquireUseRelease(
    files(async () => {
      await mkdir(madeFolder, { recursive: true })
      return mkdtemp(join(madeFolder, ".making-"))
    }),
    (folder) =>
      Effect.gen(function*() {
        yield* vite(join(folder, "page"))
        yield* putInPlace(join(folder, "page"), join(madeFolder, hash))
        yield* removeOlder(hash, yield* Clock.currentTimeMillis)
      }),
    (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  )

/** The page of the sources as they are, if it was made before. */
export const madePage = Effect.flatMap(hashOfSources, (hash) => readPage(join(madeFolder, hash)))

/** The page of the sources as they are, made now if need be; nothing of it comes from the network. */
export const makePage = Effect.gen(function*() {
  const hash = yield* hashOfSources
  const before = yield* readPage(join(madeFolder, hash))
  if (before !== null) return before
  yield* make(hash)
  const page = yield* readPage(join(madeFolder, hash))
  return page ?? (yield* new PageNotMade({ message: "vite wrote no page" }))
})
