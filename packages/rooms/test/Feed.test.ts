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
  endAll() {
    for (const transaction of this.transactions) {
      if (transaction.state === "running") transaction.state = "committed"
    }
  }
  get visible() {
    return this.transactions.filter(({ state }) => state === "committed").flatMap(({ positions }) => positions)
      .toSorted((a, b) => a - b)
  }
  look(after: number, rows: number) {
    const running = this.transactions.filter(({ state }) => state === "running").map(({ xid }) => xid)
    return {
      xmin: Math.min(this.#xid, ...running),
      xmax: this.#xid,
      events: this.visible.filter((position) => position > after).slice(0, rows).map((position) => ({ position }))
    }
  }
}

const step = fc.oneof(
  fc.constant({ do: "begin" } as const),
  fc.record({ do: fc.constant("draw" as const), which: fc.nat(9) }),
  fc.record({ do: fc.constantFrom("committed" as const, "aborted" as const), which: fc.nat(9) }),
  fc.constant({ do: "look" } as const)
)

const run = (model: Model, next: typeof step extends fc.Arbitrary<infer Step> ? Step : never) => {
  if (next.do === "begin") model.begin()
  else if (next.do === "draw") model.draw(next.which)
  else if (next.do !== "look") model.end(next.which, next.do)
}

describe("whoever reads the events on", () => {
  it("hears of each that is committed, once and in order, whenever it appears and whatever else is running", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), fc.integer({ min: 1, max: 6 }), (steps, rows) => {
        const model = new Model()
        let feed = feedFrom(model.look(0, rows), 0)
        const fresh: Array<number> = []
        const settled: Array<number> = []
        const look = () => {
          const advanced = advance(feed, model.look(feed.settled, rows))
          feed = advanced.feed
          fresh.push(...advanced.fresh.map(({ position }) => position))
          settled.push(...advanced.settled.map(({ position }) => position))
        }
        for (const next of steps) {
          run(model, next)
          if (next.do === "look") look()
          // At no time has something been passed over that was there.
          const missed = model.visible.filter((position) => position <= feed.settled && !settled.includes(position))
          assert.deepStrictEqual(missed, [])
        }
        model.endAll()
        for (let times = 0; times < 200; times++) look()
        assert.deepStrictEqual(settled, model.visible)
        assert.deepStrictEqual(fresh.toSorted((a, b) => a - b), model.visible)
      }),
      { numRuns: 500 }
    )
  })

  it("hears at once of what lies behind a gap on its ticket, and in the room of all tickets when nobody can fill it", () => {
    const start = feedFrom({ xmin: 10, xmax: 10, events: [{ position: 1 }] }, 0)
    const first = advance(start, { xmin: 10, xmax: 12, events: [{ position: 3 }] })
    assert.deepStrictEqual([first.fresh, first.settled], [[{ position: 3 }], []])
    const waiting = advance(first.feed, { xmin: 11, xmax: 14, events: [{ position: 3 }] })
    assert.deepStrictEqual([waiting.fresh, waiting.settled], [[], []])
    const over = advance(waiting.feed, { xmin: 12, xmax: 14, events: [{ position: 3 }] })
    assert.deepStrictEqual([over.fresh, over.settled], [[], [{ position: 3 }]])
  })

  it("begins after what was there, but hears of what somebody is still about to commit before it", () => {
    const start = feedFrom({ xmin: 10, xmax: 12, events: [{ position: 5 }, { position: 7 }] }, 4)
    assert.strictEqual(start.settled, 5)
    const { fresh, settled } = advance(start, { xmin: 12, xmax: 12, events: [{ position: 6 }, { position: 7 }] })
    assert.deepStrictEqual([fresh, settled], [[{ position: 6 }], [{ position: 6 }, { position: 7 }]])
  })
})
