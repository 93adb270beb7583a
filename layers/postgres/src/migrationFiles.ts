import { Effect } from "effect"
import * as fs from "node:fs/promises"
import type { Migration } from "./Migrator.ts"

const folder = new URL("../../../migrations/", import.meta.url)

/** The files of `migrations/`, in their order. */
export const migrationFiles: Effect.Effect<ReadonlyArray<Migration>> = Effect.promise(async () => {
  const names = (await fs.readdir(folder)).filter((name) => name.endsWith(".sql")).toSorted()
  return Promise.all(names.map(async (name) => ({ name, text: await fs.readFile(new URL(name, folder), "utf8") })))
})
