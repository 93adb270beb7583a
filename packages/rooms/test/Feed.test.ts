import { assert, describe, it } from "@effect/vitest"
import { advance, feedFrom } from "@opsdesk/rooms/Feed"
import * as fc from "fast-check"

/** One transaction: it gets its id, draws positions, and commits or does not. */
interface Transaction {
  readonly xid: number
  readonly positions: Array<number>
  state: "running" | "committed" | "aborted"
}

/** PostgreSQL as the feed meets it. */
class Model {
  readonly transactions: Array<Transaction> = []
  #xid = 100
  #position = 0

  begin() {
    this.transactions.push({ xid: this.#xid++, positions: [], state: "running" })
  }
  draw(which: number) {
    const running = this.#running(which)
    if (running !== undefined) running.positions.push(++this.#position)
  }
  end(which: number, state: "committed" | "aborted") {
    const running = this.#running(which)
    if (running !== undefined) running.state = state
  }
  #running(which: number) {
    const running = this.transactions.filter(({ state }) => state === "running")
    return running[which % Math.max(1, running.length)]
  }
  /** Whoever has written nothing may go on for as long as they like. */
  endWriters() {
    for (const transaction of this.transactions) {
      if (transaction.state === "running" && transaction.positions.length > 0) transaction.state = "committed"
    }
  }
  get visible() {
    return this.transactions.filter(({ state }) => state === "committed").flatMap(({ positions }) => positions)
      .toSorted((a, b) => a - b)
  }
  /** Writers are asked for when the snapshot has been taken: meanwhile one of them may have ended. */
  look(after: number, rows: number, { asks = false, butSeen = new Set<number>(), ending = () => {} } = {}) {
    const running = this.transactions.filter(({ state }) => state === "running").map(({ xid }) => xid)
    const snapshot = { xmin: Math.min(this.#xid, ...running), next: this.#xid }
    const events = this.visible.filter((position) => position > after && !butSeen.has(position)).slice(0, rows)
      .map((position) => ({ position }))
    ending()
    const writers = this.transactions.filter(({ positions, state }) => state === "running" && positions.length > 0)
      .map(({ xid }) => String(xid))
    return { ...snapshot, events, writers: asks ? writers : null, isCut: events.length === rows }
  }
}

const step = fc.oneof(
  fc.constant({ do: "begin" } as const),
  fc.record({ do: fc.constant("draw" as const), which: fc.nat(9) }),
  fc.record({ do: fc.constantFrom("committed" as const, "aborted" as const), which: fc.nat(9) }),
  fc.record({
    do: fc.constant("look" as const),
    asks: fc.boolean(),
    leavesOut: fc.boolean(),
    ends: fc.option(fc.nat(9))
  })
)

const run = (model: Model, next: typeof step extends fc.Arbitrary<infer Step> ? Step : never) => {
  if (next.do === "begin") model.begin()
  else if (next.do === "draw") model.draw(next.which)
  else if (next.do !== "look") model.end(next.which, next.do)
}

const whole = { writers: null, isCut: false }

describe("whoever reads the events on", () => {
  it("hears of each that is committed, once and in order, whenever it appears and whatever else is running", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), fc.integer({ min: 1, max: 6 }), (steps, rows) => {
        const model = new Model()
        let feed = feedFrom(model.look(0, rows), 0)
        const fresh: Array<number> = []
        const settled: Array<number> = []
        const look = (asks: boolean, leavesOut: boolean, ends: number | null) => {
          const before = feed.settled
          const advanced = advance(
            feed,
            model.look(before, rows, {
              asks,
              ...(leavesOut ? { butSeen: new Set(feed.seen) } : {}),
              ending: () => ends === null || model.end(ends, "committed")
            })
          )
          feed = advanced.feed
          fresh.push(...advanced.fresh.map(({ position }) => position))
          settled.push(
            ...advanced.settled?.map(({ position }) => position) ??
              model.visible.filter((position) => position > before && position <= feed.settled)
          )
        }
        for (const next of steps) {
          run(model, next)
          if (next.do === "look") look(next.asks, next.leavesOut, next.ends)
          // At no time has something been passed over that was there.
          const missed = model.visible.filter((position) => position <= feed.settled && !settled.includes(position))
          assert.deepStrictEqual(missed, [])
        }
        model.endWriters()
        for (let times = 0; times < 200; times++) look(true, true, null)
        assert.deepStrictEqual(settled, model.visible)
        assert.deepStrictEqual(fresh.toSorted((a, b) => a - b), model.visible)
        assert.deepStrictEqual([feed.seen.size, feed.horizons.length], [0, 0])
      }),
      { numRuns: 2000 }
    )
  })

  it("hears at once of what lies behind a gap on its ticket, and in the room of all tickets when nobody can fill it", () => {
    const start = feedFrom({ ...whole, xmin: 10, next: 10, events: [{ position: 1 }] }, 0)
    const first = advance(start, { ...whole, xmin: 10, next: 12, events: [{ position: 3 }] })
    assert.deepStrictEqual([first.fresh, first.settled], [[{ position: 3 }], []])
    const waiting = advance(first.feed, { ...whole, xmin: 11, next: 14, events: [{ position: 3 }] })
    assert.deepStrictEqual([waiting.fresh, waiting.settled], [[], []])
    const over = advance(waiting.feed, { ...whole, xmin: 12, next: 14, events: [{ position: 3 }] })
    assert.deepStrictEqual([over.fresh, over.settled], [[], [{ position: 3 }]])
  })

  it("waits for nobody who has not written, and for whoever has until they have ended before the look", () => {
    const start = feedFrom({ ...whole, xmin: 10, next: 12, events: [{ position: 1 }, { position: 3 }] }, 0)
    const asked = advance(start, { ...whole, xmin: 10, next: 14, writers: ["11"], events: [{ position: 3 }] })
    // It has ended as they are asked for, and may have done so after the snapshot.
    const ended = advance(asked.feed, { ...whole, xmin: 10, next: 14, writers: ["13"], events: [{ position: 3 }] })
    assert.deepStrictEqual([asked.settled, ended.settled], [[], []])
    const over = advance(ended.feed, { ...whole, xmin: 10, next: 14, events: [{ position: 2 }, { position: 3 }] })
    assert.deepStrictEqual([over.fresh, over.settled], [[{ position: 2 }], [{ position: 2 }, { position: 3 }]])
  })

  it("keeps no more than it needs, however often it looks while somebody holds it up", () => {
    let feed = feedFrom({ ...whole, xmin: 10, next: 12, events: [{ position: 2 }] }, 0)
    for (let next = 12; next < 500; next++) feed = advance(feed, { ...whole, xmin: 10, next, events: [] }).feed
    assert.deepStrictEqual([feed.seen.size, feed.horizons.length], [1, 1])
  })

  it("begins after what was there, but hears of what somebody is still about to commit before it", () => {
    const start = feedFrom({ ...whole, xmin: 10, next: 12, events: [{ position: 5 }, { position: 7 }] }, 4)
    assert.strictEqual(start.settled, 5)
    const { fresh, settled } = advance(start, {
      ...whole,
      xmin: 12,
      next: 12,
      events: [{ position: 6 }, { position: 7 }]
    })
    assert.deepStrictEqual([fresh, settled], [[{ position: 6 }], [{ position: 6 }, { position: 7 }]])
  })
})
