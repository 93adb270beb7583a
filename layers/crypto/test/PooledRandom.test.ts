import { assert, describe, it } from "@effect/vitest"
import { makePool } from "@opsdesk/crypto/PooledRandom"

/** Fills with 1, 2, 3 … and goes on from there the next time, so that each byte tells whether it was handed out before. */
const counting = () => {
  let next = 0
  const fills: Array<Uint8Array> = []
  const fill = (bytes: Uint8Array) => {
    fills.push(bytes)
    for (let at = 0; at < bytes.length; at++) bytes[at] = 1 + next++ % 255
    return bytes
  }
  return { fill, fills }
}

describe("whoever needs random bytes", () => {
  it("gets bytes that nobody got before, however many ask, across the ends of what was drawn", () => {
    const { fill, fills } = counting()
    const take = makePool(fill)
    const taken = Array.from({ length: 1000 }, (_, at) => take(1 + at % 24))
    const drawn = fills.length
    assert.isAbove(drawn, 1)
    // Each piece goes on where the last ended, or at the beginning of what was drawn anew.
    let [last] = [0]
    let jumps = 0
    for (const piece of taken) {
      if (piece[0] !== 1 + last % 255) jumps++
      for (let at = 1; at < piece.length; at++) assert.strictEqual(piece[at], 1 + (piece[at - 1] ?? 0) % 255)
      last = piece.at(-1) ?? 0
    }
    assert.isAtMost(jumps, drawn - 1)
  })

  it("leaves nothing of them behind", () => {
    const { fill, fills } = counting()
    const take = makePool(fill)
    take(16)
    take(7)
    assert.deepStrictEqual([...(fills[0] ?? new Uint8Array()).subarray(0, 24)], [...new Uint8Array(23), 24])
  })

  it("keeps what they got, whoever asks after them", () => {
    const take = makePool(counting().fill)
    const mine = take(4)
    for (let at = 0; at < 2000; at++) take(16)
    assert.deepStrictEqual([...mine], [1, 2, 3, 4])
  })

  it("gets a secret that was drawn for it alone", () => {
    const { fill, fills } = counting()
    const take = makePool(fill)
    const secret = take(32)
    assert.strictEqual(fills[0], secret)
  })
})
