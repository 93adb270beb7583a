import { assert, describe, it } from "@effect/vitest"
import { TicketId } from "@opsdesk/kernel/Ids"
import { Gatekeeper } from "@opsdesk/serving/Gatekeeper"
import { TokenBucket } from "@opsdesk/serving/TokenBucket"
import { userIdOf } from "@opsdesk/testkit/actors"
import { lease, Presence } from "../src/Presence.ts"
import { lapsesAfter, Typing } from "../src/Typing.ts"

const ticketId = TicketId.make("0198c7a2-0000-7000-8000-00000000f001")
const [ada, carla] = [userIdOf("ada"), userIdOf("carla")]

describe("whoever types", () => {
  it("does so until they say that they do not, or say nothing for five seconds", () => {
    const typing = new Typing()
    assert.isTrue(typing.said({ ticketId, userId: ada }, true, 0))
    assert.isFalse(typing.said({ ticketId, userId: ada }, true, 1000))
    assert.deepStrictEqual(typing.lapsed(1000 + lapsesAfter - 1), [])
    assert.deepStrictEqual(typing.lapsed(1000 + lapsesAfter), [{ ticketId, userId: ada }])
    assert.isFalse(typing.said({ ticketId, userId: ada }, false, 9000))
  })
})

describe("whoever has a ticket open", () => {
  it("is there as long as one of their sockets is", () => {
    const presence = new Presence()
    assert.isTrue(presence.enter(ticketId, ada))
    assert.isFalse(presence.enter(ticketId, ada))
    assert.isFalse(presence.leave(ticketId, ada))
    assert.deepStrictEqual(presence.who(ticketId), [ada])
    assert.isTrue(presence.leave(ticketId, ada))
    assert.deepStrictEqual([presence.who(ticketId), presence.tickets], [[], []])
  })

  it("elsewhere is there until that instance says otherwise, or has said nothing for longer than its lease", () => {
    const presence = new Presence()
    presence.enter(ticketId, ada)
    assert.deepStrictEqual(presence.heard(ticketId, "b", [carla], 0), { isNews: true, isNewcomer: true })
    assert.deepStrictEqual(presence.heard(ticketId, "b", [carla], 10), { isNews: false, isNewcomer: false })
    assert.deepStrictEqual(presence.who(ticketId), [ada, carla].toSorted())
    assert.deepStrictEqual(presence.lapsed(10 + lease - 1), [])
    assert.deepStrictEqual(presence.lapsed(10 + lease), [ticketId])
    assert.deepStrictEqual(presence.who(ticketId), [ada])
    presence.heard(ticketId, "b", [carla], 0)
    assert.isTrue(presence.heard(ticketId, "b", [], 1).isNews)
  })

  it("is not kept for a ticket that nobody has open here", () => {
    const presence = new Presence()
    assert.deepStrictEqual(presence.heard(ticketId, "b", [carla], 0), { isNews: false, isNewcomer: false })
    assert.deepStrictEqual(presence.who(ticketId), [])
  })
})

describe("whoever comes too often", () => {
  it("may go on at the pace, and after a rest all at once again", () => {
    const bucket = new TokenBucket({ perSecond: 2, burst: 3 }, 0)
    const taken = (now: number, times: number) =>
      Array.from({ length: times }, () => bucket.take(now)).filter(Boolean).length
    assert.strictEqual(taken(0, 9), 3)
    assert.strictEqual(taken(499, 9), 0)
    assert.strictEqual(taken(500, 9), 1)
    assert.strictEqual(taken(60_000, 9), 3)
  })

  it("takes no seat from others: each address and each user has its own, and gives it back once", () => {
    const gate = new Gatekeeper({
      perUser: 1,
      perAddress: 2,
      handshakesPerSecond: 100,
      framesPerSecond: 20,
      frameBurst: 40
    })
    const seat = (ip: string) => {
      const found = gate.come(ip, 0)
      return "slug" in found ? null : found
    }
    const first = seat("192.0.2.1")
    assert.isNull(first?.takenBy(ada))
    assert.strictEqual(seat("192.0.2.2")?.takenBy(ada)?.slug, "rate-limited")
    seat("192.0.2.1")
    assert.isNull(seat("192.0.2.1"))
    first?.leave()
    first?.leave()
    assert.isNotNull(seat("192.0.2.1"))
    assert.isNull(seat("192.0.2.1"))
    assert.isNull(seat("192.0.2.3")?.takenBy(ada))
  })
})
