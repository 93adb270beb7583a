import { assert, describe, it } from "@effect/vitest"
import { mostWaiting, Outflow } from "@opsdesk/serving/Outflow"
import { Effect, Fiber } from "effect"
import * as fc from "fast-check"
import { PassThrough } from "node:stream"

/** A socket whose other end reads when a test says so. */
const line = () => {
  const stream = new PassThrough({ highWaterMark: 16_384 })
  const said: Array<string> = []
  const given: Array<number> = []
  let overflows = 0
  const socket = {
    readyState: 1 as const,
    OPEN: 1 as const,
    get bufferedAmount() {
      return stream.writableLength
    },
    send: (bytes: Parameters<WebSocket["send"]>[0]) => {
      if (!(bytes instanceof Uint8Array)) throw new Error("no bytes")
      given.push(bytes.length)
      stream.write(bytes)
    }
  }
  const outflow = new Outflow({
    socket,
    stream,
    sent: (type) => said.push(type),
    overflowed: () => void overflows++
  })
  return { outflow, stream, given, said, overflows: () => overflows }
}

const frame = (type: string, length: number) => ({ type, bytes: Buffer.alloc(length, type) })

describe("what goes out to one socket", () => {
  it("is never more than a megabyte that waits, whatever is to be said to whoever does not read", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 65_536 }), { minLength: 1, maxLength: 80 }), (lengths) => {
        const { outflow, overflows, said } = line()
        for (const length of lengths) {
          outflow.push(frame("x", length))
          assert.isAtMost(outflow.backlog, mostWaiting)
          if (overflows() > 0) break
        }
        const before = said.length
        const isTooMuch = overflows() > 0
        assert.strictEqual(isTooMuch, said.length < lengths.length)
        // Once it was too much nothing follows, and nobody is told twice.
        if (isTooMuch) {
          for (const length of lengths) outflow.push(frame("x", length))
          assert.deepStrictEqual([overflows(), said.length], [1, before])
        }
      }),
      { numRuns: 100 }
    )
  })

  it("comes in order and whole once it is read", async () => {
    const { given, outflow, stream } = line()
    const lengths = Array.from({ length: 60 }, (_, at) => 10_000 + at)
    for (const length of lengths) outflow.push(frame("x", length))
    assert.isBelow(given.length, lengths.length)
    let read = 0
    for await (const chunk of stream) {
      read += chunk.length
      if (read === lengths.reduce((sum, length) => sum + length)) break
    }
    assert.deepStrictEqual(given, lengths)
  })

  it("has whoever tells of before wait for room, and no longer once nothing goes out any more", () =>
    Effect.gen(function*() {
      const { outflow } = line()
      yield* outflow.room
      for (let at = 0; at < 10; at++) outflow.push(frame("x", 60_000))
      const waiting = yield* Effect.forkChild(outflow.room, { startImmediately: true })
      assert.isUndefined(waiting.pollUnsafe())
      outflow.stop()
      yield* Fiber.join(waiting)
    }).pipe(Effect.runPromise))
})
