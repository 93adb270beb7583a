import { assert, describe, it } from "@effect/vitest"
import { aTicket } from "@opsdesk/testkit/aTicket"
import { Result, Schema } from "effect"
import { TicketSort } from "../src/TicketFilter.ts"
import { orderOf, positionIn } from "../src/TicketOrder.ts"

const written = (order: ReturnType<typeof orderOf>) =>
  order.map(({ descending, field }) => descending ? `-${field}` : field).join(",")

const decodeSort = Schema.decodeUnknownResult(TicketSort)
const orderFor = (sort: string) => orderOf(Result.getOrThrow(decodeSort(sort)))

describe("the order that a sort means", () => {
  it.each([
    ["createdAt", "createdAt,id"],
    ["-createdAt", "-createdAt,-id"],
    ["updatedAt", "updatedAt,id"],
    ["priority", "priority,createdAt,id"],
    ["-priority", "-priority,-createdAt,-id"],
    ["-priority,createdAt", "-priority,createdAt,id"],
    ["priority,-updatedAt", "priority,-updatedAt,-id"],
    ["number", "number"],
    ["-number", "-number"],
    ["number,priority", "number"],
    ["priority,-number,createdAt", "priority,-number"],
    ["createdAt,-updatedAt,priority", "createdAt,-updatedAt,priority,id"]
  ])("%s is %s", (sort, order) => assert.strictEqual(written(orderFor(sort)), order))

  it.each(["createdAt", "-priority", "priority,-createdAt", "updatedAt,number", "-number"])(
    "%s ends with what no two tickets share",
    (sort) => assert.include(["id", "number"], orderFor(sort).at(-1)?.field)
  )
})

describe("where a ticket stands", () => {
  it("is told by the values it is sorted by, in their order", () => {
    const ticket = aTicket({ number: 42, priority: "urgent" })
    assert.deepStrictEqual(positionIn(orderFor("-priority,createdAt"))(ticket), [
      "urgent",
      "2026-03-14T09:26:53.589Z",
      ticket.id
    ])
    assert.deepStrictEqual(positionIn(orderFor("updatedAt,number"))(ticket), ["2026-03-14T09:26:53.589Z", 42])
  })
})

describe("a sort in a query", () => {
  it.each([
    "",
    "-",
    "id",
    "title",
    "createdat",
    "createdAt,",
    ",createdAt",
    "createdAt,,number",
    "--createdAt",
    "createdAt, number",
    "createdAt desc",
    "createdAt,createdAt",
    "createdAt,-createdAt",
    "priority,number,-priority",
    "createdAt,updatedAt,priority,number,createdAt"
  ])("\"%s\" is none", (sort) => assert.isTrue(Result.isFailure(decodeSort(sort))))

  it.each(["createdAt", "-priority,createdAt", "-number,priority,-updatedAt,createdAt"])(
    "%s is one",
    (sort) => assert.strictEqual(written(Result.getOrThrow(decodeSort(sort))), sort)
  )
})
