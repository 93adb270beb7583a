import { assert, describe, it } from "@effect/vitest"
import { happened, joining, open, recalled, waitAnew } from "@opsdesk/rooms/Line"
import * as fc from "fast-check"

const place = (event: number) => event

/** Events 1, 2, 3 … of a room, of which a listener knows some; what follows happens while they join, and after. */
const course = fc.record({
  total: fc.integer({ min: 0, max: 60 }),
  after: fc.nat(60),
  page: fc.integer({ min: 1, max: 7 }),
  /** How many happen before each step of the joining. */
  batches: fc.array(fc.nat(9), { maxLength: 40 })
})

describe("whoever joins a room from a place on", () => {
  it("hears of everything after it once and in order, however history and present overlap", () => {
    fc.assert(
      fc.property(course, ({ after, batches, page, total }) => {
        const from = Math.min(after, total)
        let written = total
        let line = joining<number>(from)
        const told: Array<number> = []
        const live = (count: number) => {
          const events = Array.from({ length: count }, (_, at) => written + 1 + at)
          written += count
          const [next, heard] = happened(place, line, events)
          line = next
          told.push(...heard)
        }
        const [...left] = batches
        while (true) {
          live(left.shift() ?? 0)
          line = waitAnew(line)
          const read = Array.from({ length: written }, (_, at) => at + 1).filter((at) => at > line.last).slice(0, page)
          live(left.shift() ?? 0)
          const [next, heard] = recalled(place, line, read)
          line = next
          told.push(...heard)
          if (read.length === page) continue
          const opened = open(place, line)
          if (opened === null) continue
          line = opened[0]
          told.push(...opened[1])
          break
        }
        for (const count of left) live(count)
        assert.deepStrictEqual(told, Array.from({ length: written - from }, (_, at) => from + 1 + at))
      })
    )
  })

  it("is told from the database of what was too much to be kept for them", () => {
    let line = joining<number>(0)
    line = happened(place, line, Array.from({ length: 1001 }, (_, at) => at + 1))[0]
    assert.isNull(open(place, line))
    line = waitAnew(line)
    const [recalledLine, told] = recalled(place, line, [1, 2, 3])
    assert.deepStrictEqual(told, [1, 2, 3])
    const opened = open(place, happened(place, recalledLine, [3, 4])[0])
    assert.deepStrictEqual(opened?.[1], [4])
  })
})
