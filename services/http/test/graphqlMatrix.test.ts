import { assert, describe, it, layer } from "@effect/vitest"
import type { Caller, Cell, Errand } from "@opsdesk/testkit/permissionMatrix"
import { callerNames, callers, permissionMatrix } from "@opsdesk/testkit/permissionMatrix"
import { Effect } from "effect"
import { graphSchema } from "../src/graphql/schema.ts"
import { graph } from "./asGraph.ts"
import { freshThings, traces } from "./freshThings.ts"
import type { Things } from "./freshThings.ts"
import type { Answer } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

type Body = Readonly<Record<string, unknown>>

const words = ["status", "visibility"]

/** A body of the REST interface as the input of a mutation: words of the desk are the schema's enums. */
const inputOf = (body: Body): Body =>
  Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      words.includes(name) && typeof value === "string" ? value.toUpperCase() : value
    ])
  )

interface Operation {
  readonly field: string
  readonly query: string
  readonly variables: (things: Things, body: Body) => Body
}

const mutation = (field: string, shows: string, onTicket = true): Operation => ({
  field: `Mutation.${field}`,
  query: `mutation ($input: ${field.charAt(0).toUpperCase()}${
    field.slice(1)
  }Input!) { ${field}(input: $input) ${shows} }`,
  variables: ({ ticket }, body) => ({ input: { ...(onTicket ? { ticketId: ticket } : {}), ...inputOf(body) } })
})

const read = (field: string, query: string, id?: keyof Things): Operation => ({
  field: `Query.${field}`,
  query,
  variables: (things) => id === undefined ? {} : { id: things[id] }
})

/** Each operation of the REST interface that GraphQL has too, by the field that it is there. */
const operations: Readonly<Record<string, Operation>> = {
  "users.me": read("me", "{ me { user { id email } permissions { permission scope } } }"),
  "users.getUser": read("user", "query ($id: ID!) { user(id: $id) { id email } }", "user"),
  "teams.getTeam": read("team", "query ($id: ID!) { team(id: $id) { id memberIds } }", "team"),
  "tickets.openTicket": mutation("createTicket", "{ ticket { id } }", false),
  "tickets.listTickets": read("tickets", "{ tickets { nodes { id } } }"),
  "tickets.getTicket": read("ticket", "query ($id: ID!) { ticket(id: $id) { id description } }", "ticket"),
  "tickets.editTicket": mutation("updateTicket", "{ ticket { id } }"),
  "tickets.changeTicketStatus": mutation("changeTicketStatus", "{ ticket { id } }"),
  "tickets.assignTicket": mutation("assignTicket", "{ ticket { id } }"),
  "tickets.claimTicket": mutation("claimTicket", "{ ticket { id } }"),
  "tickets.ticketHistory": read(
    "ticket",
    "query ($id: ID!) { ticket(id: $id) { id history { nodes { id } } } }",
    "ticket"
  ),
  "messages.listMessages": read(
    "ticket",
    "query ($id: ID!) { ticket(id: $id) { messages { nodes { id } } } }",
    "ticket"
  ),
  "messages.sendMessage": mutation("sendMessage", "{ message { id } }"),
  "audit.listAuditEvents": read("auditEvents", "{ auditEvents { nodes { id } } }")
}

const rows = Object.entries(operations).flatMap(([name, operation]) =>
  (permissionMatrix[name] ?? []).map((row) => ({
    operation,
    row,
    title: `${name}${row.errand === undefined ? "" : `, ${row.errand}`}`
  }))
)

/** What became of it, as REST has it in its status; that something was made, only REST says by another one. */
const cellOf = (answer: Answer, { shows }: Errand, things: Things): Cell => {
  const problem = answer.json?.errors?.[0]?.extensions?.problem
  if (problem !== undefined) return Number(problem.status)
  assert.strictEqual(answer.status, 200, answer.text)
  return shows === undefined || answer.text.includes(things[shows]) ? 200 : "left out"
}

const asRead = (cell: Cell): Cell => cell === 201 ? 200 : cell

describe("the graph", () => {
  it("has no field at its root that the matrix knows nothing of", () => {
    const fields = [graphSchema.getQueryType(), graphSchema.getMutationType()].flatMap((type) =>
      Object.keys(type?.getFields() ?? {}).map((field) => `${type?.name}.${field}`)
    )
    const known = Object.values(operations).map(({ field }) => field)
    assert.deepStrictEqual(fields.toSorted(), [...new Set(known)].toSorted())
  })
})

layer(TestHttp.layer("peopled"), { excludeTestServices: true })(
  "everybody gets by GraphQL what REST gives them",
  (it) => {
    it.effect.each(rows)("$title", ({ operation, row, title }) =>
      Effect.gen(function*() {
        const got: Partial<Record<Caller, Cell>> = {}
        for (const caller of callerNames) {
          const own = `${title} ${caller}`.replaceAll(/[^A-Za-z]+/g, "-")
          const things = yield* freshThings(caller, row.given, own)
          const { person } = callers[caller]
          const body = row.body?.(own)
          const before = yield* traces
          const answer = yield* graph(operation.query, {
            ...(person === null ? {} : { as: person }),
            variables: operation.variables(things, typeof body === "object" ? { ...body } : {})
          })
          got[caller] = cellOf(answer, row, things)
          const refused = answer.json?.errors !== undefined
          if (refused) assert.deepStrictEqual(yield* traces, before, `${caller} left a trace`)
        }
        const promised = Object.fromEntries(callerNames.map((caller) => [caller, asRead(row.answers[caller])]))
        assert.deepStrictEqual(got, promised)
      }))
  }
)
