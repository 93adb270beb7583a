import { assert, layer } from "@effect/vitest"
import { personIds, teamIds } from "@opsdesk/testkit/people"
import { Effect } from "effect"
import { graph } from "./asGraph.ts"
import { TestHttp } from "./TestHttp.ts"
import { titled } from "./underKey.ts"

const create =
  "mutation ($input: CreateTicketInput!) { createTicket(input: $input) { ticket { id number status version } } }"
const send = "mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id seq } } }"

const opened = Effect.fnUntraced(function*(title: string) {
  const made = yield* graph(create, {
    as: "carla",
    variables: { input: { title, description: "", teamId: teamIds.Support } }
  })
  return String(made.json.data.createTicket.ticket.id)
})

const codeOf = (answer: { readonly json: { errors?: ReadonlyArray<{ extensions: { code: string } }> } }) =>
  answer.json.errors?.[0]?.extensions.code

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("somebody who asks by GraphQL", (it) => {
  it.effect("goes on by REST where they were, and back", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      for (let at = 0; at < 5; at++) yield* opened(`Page ${at}`)
      const page =
        "query ($after: String) { tickets(first: 2, after: $after) { edges { cursor node { id } } pageInfo { endCursor hasNextPage hasPreviousPage } totalCount } }"
      const first = (yield* graph(page, { as: "carla" })).json.data.tickets
      assert.deepInclude(first.pageInfo, { hasNextPage: true, hasPreviousPage: false })
      assert.strictEqual(first.pageInfo.endCursor, first.edges[1].cursor)
      const rest = (yield* ask("GET", `/v1/tickets?limit=2&cursor=${first.pageInfo.endCursor}`, { as: "carla" })).json
      const last = (yield* graph(page, { as: "carla", variables: { after: rest.page.nextCursor } })).json.data.tickets
      const all = (yield* ask("GET", "/v1/tickets?include=total", { as: "carla" })).json
      const walked = [
        ...first.edges.map((edge: { node: { id: string } }) => edge.node.id),
        ...rest.data.map((row: { id: string }) => row.id)
      ]
      assert.deepStrictEqual(walked, all.data.slice(0, 4).map((row: { id: string }) => row.id))
      assert.strictEqual(last.edges[0].node.id, all.data[4].id)
      assert.strictEqual(last.totalCount, all.page.total)
      const foreign = yield* graph(page, { as: "chris", variables: { after: first.pageInfo.endCursor } })
      assert.strictEqual(codeOf(foreign), "validation-failed")
      assert.strictEqual(foreign.json.errors[0].extensions.problem.errors[0].parameter, "after")
    }))

  it.effect("reads the newest messages, and the ones before them", () =>
    Effect.gen(function*() {
      const ticket = yield* opened("Talk")
      for (let at = 0; at < 5; at++) {
        yield* graph(send, {
          as: "ada",
          variables: { input: { ticketId: ticket, body: `No. ${at}`, visibility: at === 3 ? "INTERNAL" : "PUBLIC" } }
        })
      }
      const query =
        "query ($id: ID!, $before: String) { ticket(id: $id) { messages(last: 2, before: $before) { totalCount pageInfo { startCursor hasPreviousPage } nodes { body author { name email } } } } }"
      const newest = (yield* graph(query, { as: "carla", variables: { id: ticket } })).json.data.ticket.messages
      assert.deepStrictEqual(newest.nodes.map(({ body }: { body: string }) => body), ["No. 2", "No. 4"])
      assert.deepStrictEqual(newest.nodes[0].author, { name: "ada", email: null })
      assert.deepInclude(newest, { totalCount: 4 })
      const before = newest.pageInfo.startCursor
      const older = (yield* graph(query, { as: "carla", variables: { id: ticket, before } })).json.data.ticket.messages
      assert.deepStrictEqual(older.nodes.map(({ body }: { body: string }) => body), ["No. 0", "No. 1"])
      assert.isFalse(older.pageInfo.hasPreviousPage)
      const seen = (yield* graph(query, { as: "ada", variables: { id: ticket } })).json.data.ticket.messages
      assert.deepStrictEqual(seen.nodes.map(({ body }: { body: string }) => body), ["No. 3", "No. 4"])
      assert.deepStrictEqual(seen.nodes[0].author, { name: "ada", email: "ada@test.local" })
    }))

  it.effect("is told what is wrong as by REST, with the words of the desk", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const input = { title: " ", description: "", requesterId: "nobody" }
      const answer = yield* graph(create, { as: "ada", variables: { input } })
      const rest = yield* ask("POST", "/v1/tickets", { as: "ada", body: input })
      const { requestId, instance, ...problem } = answer.json.errors[0].extensions.problem
      assert.strictEqual(requestId, answer.headers.get("x-request-id"))
      assert.strictEqual(instance, "/graphql")
      const { requestId: _, instance: __, ...same } = rest.json
      assert.deepStrictEqual(problem, same)
      assert.isNull(answer.json.data.createTicket)
    }))

  it.effect("changes only the version that they have seen", () =>
    Effect.gen(function*() {
      const ticket = yield* opened("Versions")
      const update =
        "mutation ($input: UpdateTicketInput!) { updateTicket(input: $input) { ticket { version title team { id } } } }"
      const changed = yield* graph(update, {
        as: "ada",
        variables: { input: { ticketId: ticket, title: "New", teamId: null, ifVersion: 1 } }
      })
      assert.deepStrictEqual(changed.json.data.updateTicket.ticket, { version: 2, title: "New", team: null })
      const stale = yield* graph(update, {
        as: "ada",
        variables: { input: { ticketId: ticket, title: "Newer", ifVersion: 1 } }
      })
      assert.strictEqual(codeOf(stale), "precondition-failed")
    }))

  it.effect("makes one ticket under one key, however often it is sent", () =>
    Effect.gen(function*() {
      const input = { title: "Once by header", description: "" }
      const under = { as: "carla" as const, variables: { input }, headers: { "idempotency-key": "graph-header-1" } }
      const answers = yield* Effect.all(Array.from({ length: 20 }, () => graph(create, under)), {
        concurrency: "unbounded"
      })
      const made = answers.filter(({ json }) => json.errors === undefined)
      const waiting = answers.filter((answer) => codeOf(answer) === "request-in-progress")
      assert.strictEqual(made.length + waiting.length, 20)
      assert.strictEqual(new Set(made.map(({ json }) => json.data.createTicket.ticket.id)).size, 1)
      const again = yield* graph(create, under)
      assert.strictEqual(again.headers.get("idempotency-replayed"), "true")
      assert.strictEqual(again.json.data.createTicket.ticket.id, made[0]?.json.data.createTicket.ticket.id)
      assert.strictEqual(yield* titled("Once by header"), 1)
      const other = yield* graph(create, { ...under, variables: { input: { ...input, title: "Another" } } })
      assert.strictEqual(codeOf(other), "idempotency-key-reused")
    }))

  it.effect("may give each of several mutations a key of its own", () =>
    Effect.gen(function*() {
      const both = `mutation {
        a: createTicket(input: { title: "Keyed", description: "", idempotencyKey: "graph-a" }) { ticket { id } }
        b: createTicket(input: { title: "Keyed", description: "", idempotencyKey: "graph-b" }) { ticket { id } }
      }`
      const first = yield* graph(both, { as: "carla" })
      const again = yield* graph(both, { as: "carla" })
      assert.deepStrictEqual(again.json, first.json)
      assert.strictEqual(yield* titled("Keyed"), 2)
      const shared = yield* graph(both, { as: "carla", headers: { "idempotency-key": "graph-c" } })
      assert.strictEqual(shared.status, 400)
      const inFragment = yield* graph(
        `mutation { ...Both } fragment Both on Mutation {
          a: createTicket(input: { title: "Keyed", description: "" }) { ticket { id } }
          b: createTicket(input: { title: "Keyed", description: "" }) { ticket { id } }
        }`,
        { as: "carla", headers: { "idempotency-key": "graph-d" } }
      )
      assert.strictEqual(inFragment.status, 400)
      assert.strictEqual(yield* titled("Keyed"), 2)
    }))

  it.effect("who may not do something any more is not told what they once did", () =>
    Effect.gen(function*() {
      const ticket = yield* opened("Claimed under a key")
      const claim = "mutation ($input: ClaimTicketInput!) { claimTicket(input: $input) { ticket { assignee { id } } } }"
      const variables = { input: { ticketId: ticket, idempotencyKey: "graph-claim" } }
      const claimed = yield* graph(claim, { as: "amir", variables })
      assert.strictEqual(claimed.json.data.claimTicket.ticket.assignee.id, personIds.amir)
      const { ask } = yield* TestHttp
      const roles = (names: ReadonlyArray<string>) =>
        ask("PUT", `/v1/users/${personIds.amir}/roles`, { as: "alex", body: { roles: names } })
      yield* roles(["customer"])
      assert.strictEqual(codeOf(yield* graph(claim, { as: "amir", variables })), "not-found")
      yield* roles(["agent"])
    }))

  it.effect("who may not see a ticket any more is told nothing of it under the key of what they once did", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const ticket = yield* opened("Moved away under a key")
      const move =
        "mutation ($input: ChangeTicketStatusInput!) { changeTicketStatus(input: $input) { ticket { status messages(last: 100) { nodes { body } } history { nodes { to } } } } }"
      const say = (key: string) =>
        graph(send, { as: "ada", variables: { input: { ticketId: ticket, body: "Here", idempotencyKey: key } } })
      const moved = {
        as: "ada" as const,
        variables: { input: { ticketId: ticket, status: "WAITING" } },
        headers: { "idempotency-key": "graph-moved-away" }
      }
      assert.strictEqual((yield* graph(move, moved)).json.data.changeTicketStatus.ticket.status, "WAITING")
      assert.isUndefined(codeOf(yield* say("graph-said-here")))
      assert.isUndefined(codeOf(yield* say("graph-said-here")))
      yield* ask("PATCH", `/v1/tickets/${ticket}`, { as: "alex", body: { teamId: teamIds.Network } })
      yield* graph(send, {
        as: "alex",
        variables: { input: { ticketId: ticket, body: "Of today", visibility: "INTERNAL" } }
      })
      assert.strictEqual((yield* ask("GET", `/v1/tickets/${ticket}`, { as: "ada" })).status, 404)
      const again = yield* graph(move, moved)
      assert.strictEqual(codeOf(again), "not-found")
      assert.notInclude(again.text, "Of today")
      assert.isNull(again.headers.get("idempotency-replayed"))
      assert.strictEqual(codeOf(yield* say("graph-said-here")), "not-found")
    }))

  it.effect("is told again what they made for others, and of it what they may read now", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const made =
        "mutation ($input: CreateTicketInput!) { createTicket(input: $input) { ticket { id title messages { nodes { body } } } } }"
      const keyed = {
        as: "ada" as const,
        variables: {
          input: { title: "For Network", description: "", teamId: teamIds.Network, requesterId: personIds.carla }
        },
        headers: { "idempotency-key": "graph-for-others" }
      }
      const first = yield* graph(made, keyed)
      assert.strictEqual(codeOf(first), "forbidden")
      const again = yield* graph(made, keyed)
      assert.strictEqual(codeOf(again), "forbidden")
      assert.strictEqual(again.headers.get("idempotency-replayed"), "true")
      const { json } = yield* ask("GET", `/v1/tickets?team=${teamIds.Network}`, { as: "alex" })
      const ticket = json.data.find(({ title }: { title: string }) => title === "For Network").id
      yield* graph(send, { as: "carla", variables: { input: { ticketId: ticket, body: "It is ours" } } })
      yield* ask("PATCH", `/v1/tickets/${ticket}`, { as: "alex", body: { title: "For us", teamId: teamIds.Support } })
      assert.deepStrictEqual((yield* graph(made, keyed)).json.data.createTicket.ticket, {
        id: ticket,
        title: "For Network",
        messages: { nodes: [{ body: "It is ours" }] }
      })
    }))

  it.effect("has what two people ask at once kept apart", () =>
    Effect.gen(function*() {
      const ticket = yield* opened("Between us")
      yield* graph(send, {
        as: "ada",
        variables: { input: { ticketId: ticket, body: "For us only", visibility: "INTERNAL" } }
      })
      const query = "query ($id: ID!) { ticket(id: $id) { requester { email } messages { nodes { body } } } }"
      const people = Array.from({ length: 40 }, (_, at) => at % 2 === 0 ? "ada" as const : "carla" as const)
      const answers = yield* Effect.all(people.map((as) => graph(query, { as, variables: { id: ticket } })), {
        concurrency: "unbounded"
      })
      for (const [at, { json }] of answers.entries()) {
        assert.strictEqual(json.data.ticket.messages.nodes.length, people[at] === "ada" ? 1 : 0)
      }
      const agents = yield* graph("query ($id: ID!) { ticket(id: $id) { assignee { id } requester { email } } }", {
        as: "ada",
        variables: { id: ticket }
      })
      assert.strictEqual(agents.json.data.ticket.requester.email, "carla@test.local")
    }))
})
