import type { Sha256 } from "@opsdesk/capabilities/Sha256"

type Digest = Sha256["Service"]["digest"]

/** What stands before the first of anything: 32 zero bytes. */
export const nothing: Uint8Array = new Uint8Array(32)

const encoder = new TextEncoder()
export const utf8 = (text: string): Uint8Array => encoder.encode(text)

/**
 * A row's hash: SHA-256(the hash before it in its chain ‖ the row's canonical text in UTF-8). The hash before it comes in
 * hex, and is read into its place: an array of its own for each would cost more than hashing the row.
 */
export const rowHasher = (digest: Digest) => {
  let scratch = new Uint8Array(4096)
  let before = scratch.subarray(0, 32)
  return (previous: string, canonical: string): Uint8Array => {
    // A character is three bytes at most, for each of its units in UTF-16.
    const most = 32 + 3 * canonical.length
    if (scratch.length < most) {
      scratch = new Uint8Array(2 * most)
      before = scratch.subarray(0, 32)
    }
    before.setFromHex(previous)
    const { written } = encoder.encodeInto(canonical, scratch.subarray(32))
    return digest(scratch.subarray(0, 32 + written))
  }
}

/** A Merkle tree that grows leaf by leaf, and keeps no more of them than it has levels. */
export interface MerkleTree {
  readonly add: (leaf: Uint8Array) => void
  /** Of what was added; there must be a leaf at least. */
  readonly root: () => Uint8Array
}

/**
 * The tree of RFC 6962, section 2.1: a leaf is SHA-256(0x00 ‖ data), a node SHA-256(0x01 ‖ left ‖ right), and the left
 * side of each node is the largest full tree that leaves something for the right. Data is 32 bytes here.
 */
export const merkleTree = (digest: Digest): MerkleTree => {
  const leafBytes = new Uint8Array(33)
  const nodeBytes = new Uint8Array(65).fill(1, 0, 1)
  const node = (left: Uint8Array, right: Uint8Array) => {
    nodeBytes.set(left, 1)
    nodeBytes.set(right, 33)
    return digest(nodeBytes)
  }
  /** The full trees that stand side by side, the largest first: one for each bit of `leaves`. */
  const trees: Array<Uint8Array> = []
  let leaves = 0
  return {
    add: (leaf) => {
      leafBytes.set(leaf, 1)
      let tree = digest(leafBytes)
      for (let rest = leaves; rest % 2 === 1; rest = (rest - 1) / 2) tree = node(trees.pop() ?? nothing, tree)
      trees.push(tree)
      leaves++
    },
    root: () => trees.reduceRight((right, left) => node(left, right))
  }
}
