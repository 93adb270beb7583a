import type { Sha256 } from "@opsdesk/capabilities/Sha256"
import type { AuditBatch } from "./AuditBatch.ts"
import type { AuditFault } from "./AuditFault.ts"
import { rangeOf } from "./AuditFault.ts"
import type { AuditRecord } from "./AuditRecord.ts"
import { chainIn } from "./AuditRow.ts"
import type { MerkleTree } from "./hashing.ts"
import { merkleTree, nothing, rowHasher } from "./hashing.ts"

type Sealed = Extract<AuditRecord, { readonly _tag: "Sealed" }>

interface OpenBatch {
  readonly batch: AuditBatch
  readonly tree: MerkleTree
  /** The position that comes next. */
  next: number
  /** Whether something about its rows has been told. */
  faulty: boolean
}

const zeros = nothing.toHex()

/** Looks at sealed rows in their order: each against its seal, all rows of a batch against its root. */
export const sealedRows = (digest: Sha256["Service"]["digest"], tell: (fault: AuditFault) => void) => {
  const hashOf = rowHasher(digest)
  /** How each chain ends; of no use any more once a row is missing or changed, as it may be of any chain. */
  let ends: Map<string, string> | null = new Map()
  let open: OpenBatch | null = null
  let count = 0
  let last = 0

  const fault = (first: number, to: number, says: string) => {
    tell({ positions: rangeOf(first, to), batch: open?.batch.number ?? null, says })
    ends = null
    if (open !== null) open.faulty = true
  }

  /** The leaf of a row under its batch's root, or what is the matter with it. */
  const leafOf = ({ chain, hash, previous, row }: Sealed): Uint8Array | string => {
    if (row === null) return "the row that was sealed here is gone"
    // In a database that is in other hands a hash may have any length.
    if (previous.length !== zeros.length) return "the hash before this row is none"
    const leaf = hashOf(previous, row)
    const found = leaf.toHex()
    if (found !== hash) return "the row, or its seal, is not what was sealed"
    const own = chainIn(row)
    if (chain !== null && chain !== own) return `the seal names the chain ${chain}, and the row belongs to ${own}`
    if (ends === null) return leaf
    if ((ends.get(own) ?? zeros) !== previous) return `the chain of ${own} does not go on here as it has come so far`
    // Not `hash`, which is a piece of its line and would keep all of that in memory.
    ends.set(own, found)
    return leaf
  }

  const add = (sealed: Sealed): void => {
    const { position } = sealed
    count++
    if (open === null || position < open.next || position > open.batch.last) {
      return fault(position, position, "a row does not belong here: it was put in, doubled or moved")
    }
    if (position > open.next) fault(open.next, position - 1, "rows are missing or moved")
    open.next = position + 1
    last = position
    const leaf = leafOf(sealed)
    // The root of a batch with a fault is not looked at any more.
    if (typeof leaf === "string") fault(position, position, leaf)
    else open.tree.add(leaf)
  }

  const close = (): void => {
    if (open === null) return
    const { batch, next } = open
    if (next <= batch.last) fault(next, batch.last, "rows are missing or moved")
    // Without a row there is no root, and nothing that is not told already.
    else if (next > batch.first && !open.faulty && open.tree.root().toHex() !== batch.root) {
      fault(batch.first, batch.last, `the seals of batch ${batch.number} are not those that its root was made of`)
    }
    open = null
  }

  return {
    add,
    close,
    begin: (batch: AuditBatch): void => {
      open = { batch, tree: merkleTree(digest), next: batch.first, faulty: false }
    },
    count: () => count,
    /** Where the reading has come to. */
    place: () => ({ positions: { first: last + 1, last: last + 1 }, batch: open?.batch.number ?? null })
  }
}
