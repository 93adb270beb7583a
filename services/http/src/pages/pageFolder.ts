import { Effect } from "effect"
import { createHash } from "node:crypto"
import { glob, readdir, readFile } from "node:fs/promises"
import { extname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { gzip } from "node:zlib"
import type { PageFile, PageState } from "./WebPage.ts"

export const root = fileURLToPath(new URL("../../../..", import.meta.url))
export const webFolder = join(root, "packages/web")
/** What was made, each under the hash of what it was made from. */
export const madeFolder = join(webFolder, "dist")

/** What the page is made from; a package more than needed costs a build too many, one too few a stale page. */
const sources = [
  "pnpm-lock.yaml",
  "packages/web/*.{html,ts,json}",
  "packages/{access,api,audit,capabilities,client,kernel,messages,tickets,users,web}/src/**/*.{ts,tsx,css,svg}"
]

const hashed = async (): Promise<string> => {
  const paths = (await Array.fromAsync(glob(sources, { cwd: root }))).toSorted()
  const hash = createHash("sha256")
  for (const path of paths) hash.update(`${path}\0`).update(await readFile(join(root, path))).update("\0")
  return hash.digest("hex").slice(0, 32)
}

/** A name for the sources as they are: as long as they stay, so does the page. */
export const hashOfSources = Effect.promise(hashed)

const types: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml"
}

const zip = promisify(gzip)

const readMade = async (folder: string): Promise<PageState> => {
  const document = await readFile(join(folder, "index.html"), "utf8")
  const files = new Map<string, PageFile>()
  for (const name of await readdir(join(folder, "assets"))) {
    const bytes = await readFile(join(folder, "assets", name))
    files.set(name, {
      contentType: types[extname(name)] ?? "application/octet-stream",
      bytes,
      gzipped: await zip(bytes)
    })
  }
  return { _tag: "Made", document, files }
}

/** The page in a folder, or null where there is none. */
export const readPage = (folder: string): Effect.Effect<PageState | null> =>
  Effect.promise(() =>
    readMade(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return null
      throw error
    })
  )
