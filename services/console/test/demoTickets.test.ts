import { assert, describe, it } from "@effect/vitest"
import { demoPeople } from "@opsdesk/console/seed/demoPeople"
import type { DemoTicket } from "@opsdesk/console/seed/demoTickets"
import { demoTickets } from "@opsdesk/console/seed/demoTickets"
import { NewTicket, nextStatuses, type TicketStatus } from "@opsdesk/tickets/Ticket"
import { Schema } from "effect"

const roleOf = (person: string) => demoPeople.find((account) => account.person === person)?.role

/** Where a story leaves its ticket, or what in it no desk would let pass. */
const outcomeOf = ({ requester, steps }: DemoTicket) => {
  let status: TicketStatus = "open"
  let assignee: string | null = null
  const faults: Array<string> = []
  for (const [at, step] of steps.entries()) {
    const fault = (says: string) => faults.push(`step ${at + 1}, ${step.by}: ${says}`)
    const isCustomer = roleOf(step.by) === "customer"
    if (!(step.after > 0)) fault("happens before the step before")
    if (isCustomer && step.by !== requester) fault("is not their ticket")
    if ("note" in step && isCustomer) fault("a customer writes no internal note")
    if ("claim" in step) {
      if (isCustomer || assignee !== null) fault("cannot claim it")
      assignee = step.by
    }
    if ("assign" in step) {
      if (isCustomer || step.assign === assignee) fault("does not change who has it")
      if (step.assign !== null && roleOf(step.assign) === "customer") fault("gives it to a customer")
      assignee = step.assign
    }
    if ("set" in step && (isCustomer || Object.keys(step.set).length === 0)) fault("changes nothing, or may not")
    if ("move" in step) {
      if (!nextStatuses[status].includes(step.move)) fault(`cannot move it from ${status} to ${step.move}`)
      const mine = step.move === "closed" || (step.move === "open" && (status === "closed" || status === "resolved"))
      if (isCustomer && !mine) fault(`may not move it to ${step.move}`)
      status = step.move
    }
    const text = "say" in step ? step.say : "note" in step ? step.note : "text"
    if (text.trim() === "" || text.length > 10_000) fault("says nothing, or too much")
  }
  return { status, assignee, faults }
}

describe("the demo's tickets", () => {
  it("are forty, from the oldest to the newest, each as somebody could open it", () => {
    assert.strictEqual(demoTickets.length, 40)
    const ages = demoTickets.map(({ hoursAgo }) => hoursAgo)
    assert.deepStrictEqual(ages, ages.toSorted((a, b) => b - a))
    const decode = Schema.decodeUnknownSync(NewTicket)
    for (const { description, priority, title, type } of demoTickets) decode({ title, description, priority, type })
    assert.strictEqual(new Set(demoTickets.map(({ title }) => title)).size, 40)
  })

  for (const ticket of demoTickets) {
    it(`could have happened: ${ticket.title}`, () => {
      assert.deepStrictEqual(outcomeOf(ticket).faults, [])
      assert.strictEqual(roleOf(ticket.requester), "customer")
      const took = ticket.steps.reduce((minutes, { after }) => minutes + after, 0)
      assert.isBelow(took, ticket.hoursAgo * 60, "it ends in the future")
    })
  }

  it("show every status, type, priority and team, and tickets that wait for somebody to take them", () => {
    const ends = demoTickets.map(outcomeOf)
    assert.sameMembers([...new Set(ends.map(({ status }) => status))], Object.keys(nextStatuses))
    assert.sameMembers([...new Set(demoTickets.map(({ priority }) => priority))], ["low", "normal", "high", "urgent"])
    assert.sameMembers([...new Set(demoTickets.map(({ type }) => type))], ["incident", "request"])
    assert.sameMembers([...new Set(demoTickets.map(({ team }) => team))], ["Support", "Network", null])
    assert.isTrue(ends.some(({ assignee, status }) => assignee === null && status === "open"))
    assert.isTrue(demoTickets.some(({ steps }) => steps.some((step) => "note" in step)))
  })

  it("name no address that belongs to somebody", () => {
    const text = JSON.stringify(demoTickets)
    const hosts = [...text.matchAll(/[\w.+-]+@([\w.-]+\w)/g), ...text.matchAll(/https?:\/\/([\w.-]+\w)/g)]
      .map(([, host = ""]) => host)
    assert.deepStrictEqual(
      hosts.filter((host) => !/(^|\.)(example(\.com|\.org|\.net)?|local|test|internal)$/.test(host)),
      []
    )
  })
})
