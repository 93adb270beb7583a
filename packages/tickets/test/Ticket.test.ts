import { assert, describe, it } from "@effect/vitest"
import { aTicket } from "@opsdesk/testkit/aTicket"
import { DateTime, Result, Schema } from "effect"
import type { TicketStatus } from "../src/Ticket.ts"
import {
  NewTicket,
  nextStatuses,
  StatusChange,
  Ticket,
  TicketChanges,
  TicketRef,
  TicketSummaryJson
} from "../src/Ticket.ts"

/** What clients are promised: where a ticket may go from where it stands. */
const promised: ReadonlyArray<[TicketStatus, ReadonlyArray<TicketStatus>]> = [
  ["open", ["in_progress", "waiting", "resolved", "closed"]],
  ["in_progress", ["open", "waiting", "resolved", "closed"]],
  ["waiting", ["open", "in_progress", "resolved", "closed"]],
  ["resolved", ["open", "closed"]],
  ["closed", ["open"]]
]
const statuses = promised.map(([status]) => status)

describe("where a ticket may go", () => {
  it.each(promised)("from %s", (from, to) => {
    assert.sameMembers([...nextStatuses[from]], [...to])
    assert.deepStrictEqual(
      statuses.filter((status) => aTicket({ status: from }).canMoveTo(status)).toSorted(),
      [
        ...to
      ].toSorted()
    )
  })

  it("nobody can add a status without saying where it leads", () =>
    assert.sameMembers(Object.keys(nextStatuses), statuses))
})

describe("what a ticket remembers of its moves", () => {
  const at = DateTime.makeUnsafe("2026-03-15T10:00:00.000Z")
  const earlier = DateTime.makeUnsafe("2026-03-14T12:00:00.000Z")
  const stamps = ({ closedAt, resolvedAt }: Ticket) => [resolvedAt, closedAt]

  it.each<[string, Partial<Ticket>, TicketStatus, ReadonlyArray<DateTime.Utc | null>]>([
    ["resolving", { status: "open" }, "resolved", [at, null]],
    ["closing what was resolved", { status: "resolved", resolvedAt: earlier }, "closed", [earlier, at]],
    ["closing what was not", { status: "open" }, "closed", [null, at]],
    ["opening what was resolved", { status: "resolved", resolvedAt: earlier }, "open", [null, null]],
    ["opening what was closed", { status: "closed", resolvedAt: earlier, closedAt: earlier }, "open", [null, null]],
    ["waiting", { status: "in_progress" }, "waiting", [null, null]]
  ])("%s", (_, but, to, expected) => {
    const before = aTicket(but)
    const after = before.moveTo(to, at)
    assert.deepStrictEqual(stamps(after), [...expected])
    assert.deepStrictEqual([after.status, after.version, after.lastSeq, after.updatedAt], [to, 2, 2, at])
    assert.deepStrictEqual(before, aTicket(but), "the ticket itself was changed")
  })
})

describe("a ticket as JSON", () => {
  const fields = [
    "id",
    "number",
    "title",
    "description",
    "type",
    "status",
    "priority",
    "requesterId",
    "assigneeId",
    "teamId",
    "version",
    "createdAt",
    "updatedAt",
    "resolvedAt",
    "closedAt"
  ]

  it("has the promised members, and never the sequence of its newest event", () =>
    assert.sameMembers(Object.keys(Schema.encodeSync(Ticket.json)(aTicket())), fields))

  it("leaves the long text out in a list", () =>
    assert.sameMembers(
      Object.keys(Schema.encodeSync(TicketSummaryJson)(aTicket())),
      fields.filter((field) => field !== "description")
    ))
})

describe("how an address names a ticket", () => {
  it.each([
    ["0198c7a2-0000-7000-8000-00000000f001", true],
    ["1", true],
    ["999999999", true],
    ["0", false],
    ["01", false],
    ["-1", false],
    ["1.5", false],
    ["9999999999", false],
    ["0198c7a2-0000-4000-8000-00000000f001", false],
    ["me", false],
    ["", false]
  ])(
    "\"%s\": %s",
    (text, accepted) => assert.strictEqual(Result.isSuccess(Schema.decodeUnknownResult(TicketRef)(text)), accepted)
  )
})

describe("what somebody sends", () => {
  const accepts = (schema: Schema.Codec<unknown, unknown>, input: unknown) =>
    Result.isSuccess(Schema.decodeUnknownResult(schema, { onExcessProperty: "error" })(input))

  it("a new ticket is an incident of normal priority unless said otherwise", () =>
    assert.deepStrictEqual(Schema.decodeUnknownSync(NewTicket)({ title: "No sound", description: "" }), {
      title: "No sound",
      description: "",
      type: "incident",
      priority: "normal"
    }))

  it.each<[string, Schema.Codec<unknown, unknown>, unknown, boolean]>([
    ["a title of 200 code points", NewTicket, { title: "😀".repeat(200), description: "" }, true],
    ["a title of 201", NewTicket, { title: "x".repeat(201), description: "" }, false],
    ["a blank title", NewTicket, { title: " ", description: "" }, false],
    ["a description of 20000", NewTicket, { title: "x", description: "x".repeat(20_000) }, true],
    ["a description of 20001", NewTicket, { title: "x", description: "x".repeat(20_001) }, false],
    ["no description", NewTicket, { title: "x" }, false],
    ["a status of one's own choice", NewTicket, { title: "x", description: "", status: "closed" }, false],
    ["a number of one's own choice", NewTicket, { title: "x", description: "", number: 1 }, false],
    ["a change of nothing", TicketChanges, {}, true],
    ["no team any more", TicketChanges, { teamId: null }, true],
    ["no title any more", TicketChanges, { title: null }, false],
    ["a change of status in passing", TicketChanges, { status: "closed" }, false],
    ["another requester", TicketChanges, { requesterId: "0198c7a2-0000-7000-8000-000000000007" }, false],
    ["a move", StatusChange, { status: "closed" }, true],
    ["a move with a comment", StatusChange, { status: "closed", comment: "Done." }, true],
    ["a move with a blank comment", StatusChange, { status: "closed", comment: " " }, false],
    ["a move to nowhere", StatusChange, { status: "lost" }, false]
  ])("%s", (_, schema, input, accepted) => assert.strictEqual(accepts(schema, input), accepted))
})
