import { assert, describe, it } from "@effect/vitest"
import { Heartbeat } from "@opsdesk/serving/Heartbeat"

/** Somebody at the other end, looked after every second, who answers for so many seconds. */
const lookedAfter = (seconds: number, answersFor: number) => {
  const pings: Array<number> = []
  let now = 0
  let endedAt: number | null = null
  const heartbeat = new Heartbeat({
    readyState: 1,
    OPEN: 1,
    ping: () => {
      pings.push(now)
      if (now < answersFor * 1000) heartbeat.pong()
    },
    terminate: () => void (endedAt ??= now)
  }, 0)
  for (; now <= seconds * 1000; now += 1000) heartbeat.beat(now)
  return { pings, endedAt }
}

describe("whoever has a socket", () => {
  it("is asked every 25 seconds whether they are still there, for as long as they say so", () => {
    assert.deepStrictEqual(lookedAfter(100, 1000), { pings: [25_000, 50_000, 75_000, 100_000], endedAt: null })
  })

  it("is taken for gone ten seconds after they were asked in vain", () => {
    const { endedAt, pings } = lookedAfter(80, 30)
    assert.deepStrictEqual([pings, endedAt], [[25_000, 50_000], 60_000])
  })
})
