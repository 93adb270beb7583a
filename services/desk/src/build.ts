/**
 * Makes one file of each program and all that it imports, for a deployment to run: `node dist/api.js`. What starts reads
 * one file and keeps only the code that somebody calls, which is sooner done and needs less memory.
 *
 *   node services/desk/src/build.ts [program ...] [--out <folder>]
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Data, Effect } from "effect"
import { dirname, join, relative, resolve, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { rolldown } from "rolldown"

const root = fileURLToPath(new URL("../../..", import.meta.url))

const programs: { readonly [name: string]: string } = {
  api: "http",
  console: "console",
  realtime: "realtime",
  worker: "worker"
}

class NotBuilt extends Data.TaggedError("NotBuilt")<{ readonly message: string }> {}

/** A module that looks for files beside itself finds them where its source lies, seen from what was made of it. */
const filesOfSources = (out: string) => ({
  name: "files-of-sources",
  transform: {
    filter: { code: "import.meta.url" },
    handler: (code: string, id: string) => {
      if (id.includes(`${sep}node_modules${sep}`)) return null
      const place = relative(out, id).split(sep).join("/")
      return code.replaceAll("import.meta.url", `new URL(${JSON.stringify(place)}, import.meta.url).href`)
    }
  }
})

/** Each by itself: programs that shared files would not keep the order in which the first imports come first. */
const build = (name: string, out: string) =>
  Effect.tryPromise({
    try: async () => {
      const made = await rolldown({
        input: { [name]: join(root, "services", programs[name] ?? name, "src/main.ts") },
        platform: "node",
        plugins: [filesOfSources(out)]
      })
      const { output } = await made.write({
        dir: out,
        format: "esm",
        chunkFileNames: `${name}/[name]-[hash].js`,
        cleanDir: false
      })
      await made.close()
      return output.reduce((bytes, file) => bytes + (file.type === "chunk" ? file.code.length : 0), 0)
    },
    catch: (error) => new NotBuilt({ message: `${name}: ${error instanceof Error ? error.message : String(error)}` })
  })

const { positionals, values } = parseArgs({ allowPositionals: true, options: { out: { type: "string" } } })
const out = resolve(values.out ?? join(root, "dist"))

NodeRuntime.runMain(Effect.forEach(
  positionals.length > 0 ? positionals : Object.keys(programs),
  Effect.fnUntraced(function*(name) {
    if (!(name in programs)) {
      return yield* new NotBuilt({ message: `${name}: no program, but ${Object.keys(programs).join(", ")}` })
    }
    const bytes = yield* build(name, out)
    yield* Console.log(`${relative(dirname(out), join(out, `${name}.js`))}  ${(bytes / 1e6).toFixed(1)} MB`)
  }),
  { discard: true }
))
