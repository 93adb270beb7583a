import { existsSync, globSync } from "node:fs"
import { availableParallelism } from "node:os"
import { basename } from "node:path"
import { defineConfig } from "vitest/config"

/** What takes a minute or more, such as starting a server of its own, is for `pnpm test:faults` alone. */
const include = ["test/**/*.test.ts", ...(process.env["OPSDESK_FAULTS"] === "all" ? ["test/**/*.faults.ts"] : [])]

/** How packages are found: two copies of `graphql`, one found by each way, would not know each other's types. */
const conditions = ["module-sync", "node", "import", "default"]
const asNodeDoes = { resolve: { conditions, externalConditions: conditions } }

/** Each workspace package is a project of its own, named after its folder: `vitest --project tickets`. */
const projects = globSync(["packages/*", "layers/*", "services/*"]).toSorted().map((folder) => {
  const own = `${folder}/vitest.config.ts`
  return existsSync(own) ? own : { root: folder, ssr: asNodeDoes, test: { name: basename(folder), include } }
})

// Projects inherit what stands here. `globalSetup`, should there be one, runs once for all of them.
export default defineConfig({
  test: {
    projects,
    globalSetup: ["packages/testkit/src/globalSetup.ts"],
    pool: "forks",
    // A process takes file after file of its project, and what it has read of the code stays: suites that begin anew each
    // time would spend two fifths of their work on that.
    isolate: false,
    // Half of the time a suite waits for its server: two share two cores well, where one would be left alone.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 30_000,
    // Where two cores carry servers, workers and browsers at once, some waits are too short once in a while: there a test
    // that has failed is tried once more, and the run says so. At home it fails at once.
    retry: process.env["CI"] ? 1 : 0,
    hookTimeout: 120_000,
    reporters: process.env["CI"] ? ["default", ["json", { outputFile: ".vitest/results.json" }]] : ["default"]
  }
})
