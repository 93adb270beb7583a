import { assert, describe, it } from "@effect/vitest"
import { userIdOf } from "@opsdesk/testkit/actors"
import { DateTime, Result, Schema } from "effect"
import { ticketsQuery } from "../src/TicketFilter.ts"

const decode = Schema.decodeUnknownResult(Schema.Struct(ticketsQuery), { onExcessProperty: "error" })

describe("what the list of tickets takes", () => {
  it.each<[string, Record<string, string>, Record<string, unknown>]>([
    ["nothing", {}, {}],
    ["one status", { status: "open" }, { status: ["open"] }],
    ["several, in their order", { status: "waiting,open" }, { status: ["waiting", "open"] }],
    ["all of them", { status: "open,in_progress,waiting,resolved,closed" }, {
      status: ["open", "in_progress", "waiting", "resolved", "closed"]
    }],
    ["priorities and types", { priority: "urgent,high", type: "incident,request" }, {
      priority: ["urgent", "high"],
      type: ["incident", "request"]
    }],
    ["mine", { assignee: "me", requester: "me" }, { assignee: "me", requester: "me" }],
    ["nobody's", { assignee: "none", team: "none" }, { assignee: "none", team: "none" }],
    ["somebody's", { assignee: userIdOf("ada") }, { assignee: userIdOf("ada") }],
    ["words", { q: "no sound" }, { q: "no sound" }],
    ["a day", { createdAfter: "2026-03-14T00:00:00Z", createdBefore: "2026-03-15T00:00:00+02:00" }, {
      createdAfter: DateTime.makeUnsafe("2026-03-14T00:00:00.000Z"),
      createdBefore: DateTime.makeUnsafe("2026-03-14T22:00:00.000Z")
    }],
    ["a sort", { sort: "-priority,createdAt" }, {
      sort: [{ field: "priority", descending: true }, { field: "createdAt", descending: false }]
    }]
  ])("%s", (_, query, filter) => assert.deepStrictEqual(Result.getOrThrow(decode(query)), { limit: 20, ...filter }))
})

describe("what it refuses", () => {
  it.each<Record<string, string>>([
    { status: "" },
    { status: "Open" },
    { status: "open," },
    { status: ",open" },
    { status: "open, closed" },
    { status: "open;closed" },
    { status: "opened" },
    { status: "open,lost" },
    { priority: "highest" },
    { type: "question" },
    { assignee: "ada" },
    { assignee: "" },
    { assignee: `${userIdOf("ada")},${userIdOf("amir")}` },
    { requester: "none" },
    { team: "Support" },
    { team: "me" },
    { q: "" },
    { q: "x".repeat(501) },
    { q: "a\0b" },
    { q: "\ud83d" },
    { createdAfter: "2026-03-14" },
    { updatedAfter: "2026-02-30T00:00:00Z" },
    { sort: "title" },
    { limit: "0" },
    { limit: "101" },
    { page: "2" }
  ])("%j", (query) => assert.isTrue(Result.isFailure(decode(query))))
})
