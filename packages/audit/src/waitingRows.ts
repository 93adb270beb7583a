import type { Sha256 } from "@opsdesk/capabilities/Sha256"
import { nothing, rowHasher, utf8 } from "./hashing.ts"

/** Counts and digests what an export holds beside what is sealed: see `ExportEnd`. */
export const waitingRows = (digest: Sha256["Service"]["digest"]) => {
  const next = rowHasher(digest)
  let soFar = nothing.toHex()
  let count = 0
  return {
    head: (text: string): void => {
      soFar = digest(utf8(text)).toHex()
    },
    add: (row: string): void => {
      soFar = next(soFar, row).toHex()
      count++
    },
    count: () => count,
    digest: () => soFar
  }
}
