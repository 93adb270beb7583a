import { assert, describe, it } from "@effect/vitest"
import { TicketId } from "@opsdesk/kernel/Ids"
import { teamIdOf, userIdOf } from "@opsdesk/testkit/actors"
import { DateTime } from "effect"
import { Day } from "../src/Day.ts"
import { added, followAll } from "../src/TicketFacts.ts"
import type { TicketNews } from "../src/TicketNews.ts"
import { Told } from "../src/TicketNews.ts"

const ticketId = TicketId.make("019ceb34-9e15-7a60-b1d7-4c8e2f93a05b")
const support = teamIdOf("Support")
const network = teamIdOf("Network")

/** Hour by hour from Saturday evening on, so that the day turns after the third. */
const told = (...all: ReadonlyArray<Told | null>): ReadonlyArray<TicketNews> =>
  all.map((told, index) => ({
    ticketId,
    seq: index + 1,
    at: DateTime.makeUnsafe(Date.UTC(2026, 2, 14, 21 + index)),
    told
  }))

const opened = Told.make({ _tag: "Opened", requesterId: userIdOf("carla"), teamId: support })
const moved = (to: "open" | "waiting" | "resolved" | "closed") => Told.make({ _tag: "Moved", to })
const says = (person: "carla" | "ada" | "amir") => Told.make({ _tag: "Written", authorId: userIdOf(person) })
const handed = (teamId: typeof support | null) => Told.make({ _tag: "Handed", teamId })

const hours = (all: ReadonlyArray<TicketNews>) =>
  followAll(null, all).durations.map((
    { day, kind, milliseconds, teamId }
  ) => [day, kind, milliseconds / 3_600_000, teamId])

const summed = (all: ReadonlyArray<TicketNews>) =>
  added(followAll(null, all).counts).map(({ backlogChange, closed, day, opened, resolved, teamId }) => [
    day,
    teamId,
    opened,
    resolved,
    closed,
    backlogChange
  ])

const saturday = Day.make("2026-03-14")
const sunday = Day.make("2026-03-15")

describe("whoever counts", () => {
  it("finds an open ticket in the backlog from the day on when it was opened", () =>
    assert.deepStrictEqual(summed(told(opened, moved("waiting"), null, moved("open"))), [[
      saturday,
      support,
      1,
      0,
      0,
      1
    ]]))

  it("takes it out when it is resolved, and not again when it is closed", () =>
    assert.deepStrictEqual(summed(told(opened, moved("resolved"), null, moved("closed"))), [
      [saturday, support, 1, 1, 0, 0],
      [sunday, support, 0, 0, 1, 0]
    ]))

  it("counts what is resolved twice twice, each time since the opening, and puts it back in between", () => {
    const story = told(opened, moved("resolved"), moved("open"), moved("resolved"))
    assert.deepStrictEqual(summed(story), [[saturday, support, 1, 1, 0, 1], [sunday, support, 0, 1, 0, -1]])
    assert.deepStrictEqual(hours(story), [[saturday, "resolution", 1, support], [sunday, "resolution", 3, support]])
  })

  it("finds that what is closed without being resolved took no resolution", () => {
    const story = told(opened, moved("closed"))
    assert.deepStrictEqual(summed(story), [[saturday, support, 1, 0, 1, 0]])
    assert.deepStrictEqual(hours(story), [])
  })

  it("takes the first word of somebody else for the response, once, and no word of the requester", () =>
    assert.deepStrictEqual(hours(told(opened, says("carla"), says("ada"), says("amir"))), [
      [saturday, "response", 2, support]
    ]))

  it("hands the backlog over with the ticket, and leaves with the first team what it did", () =>
    assert.deepStrictEqual(summed(told(opened, moved("resolved"), moved("open"), handed(network), moved("closed"))), [
      [saturday, support, 1, 1, 0, 1],
      [sunday, support, 0, 0, 0, -1],
      [sunday, network, 0, 0, 1, 0]
    ]))

  it("hands nothing over with what is settled, but finds it with the new team when it opens again", () =>
    assert.deepStrictEqual(summed(told(opened, moved("resolved"), handed(null), moved("open"))), [
      [saturday, support, 1, 1, 0, 0],
      [sunday, null, 0, 0, 0, 1]
    ]))

  it("counts nothing of a ticket whose opening nobody told of", () =>
    assert.deepStrictEqual(followAll(null, told(moved("resolved"), says("ada"))), {
      facts: null,
      counts: [],
      durations: []
    }))

  it("counts nothing that is counted already", () => {
    const story = told(opened, says("ada"), moved("resolved"))
    const { facts } = followAll(null, story)
    assert.deepStrictEqual(followAll(facts, story), { facts, counts: [], durations: [] })
  })

  it("comes to the same in one go and event by event", () => {
    const story = told(opened, says("ada"), moved("resolved"), handed(network), moved("open"), says("amir"))
    const whole = followAll(null, story)
    const steps = story.map((_, index) =>
      followAll(followAll(null, story.slice(0, index)).facts, story.slice(index, index + 1))
    )
    assert.deepStrictEqual(steps.at(-1)?.facts, whole.facts)
    assert.deepStrictEqual(added(steps.flatMap(({ counts }) => counts)), added(whole.counts))
    assert.deepStrictEqual(steps.flatMap(({ durations }) => durations), whole.durations)
  })

  it("knows nothing that took less than no time, whatever somebody's clock says", () => {
    const [first, second] = told(opened, says("ada"))
    assert.isDefined(first)
    assert.isDefined(second)
    const early = { ...second, at: DateTime.subtract(first.at, { hours: 1 }) }
    assert.deepStrictEqual(followAll(null, [first, early]).durations.map(({ milliseconds }) => milliseconds), [0])
  })
})
