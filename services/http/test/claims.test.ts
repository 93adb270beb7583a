import { assert, layer } from "@effect/vitest"
import type { Person } from "@opsdesk/testkit/people"
import { personIds } from "@opsdesk/testkit/people"
import { Effect } from "effect"
import { auditOf, done, eventsOf, opened } from "./onRecord.ts"
import { TestHttp } from "./TestHttp.ts"

const agents = ["ada", "amir", "nora", "alex"] as const satisfies ReadonlyArray<Person>

layer(TestHttp.layer("peopled"), { excludeTestServices: true })("of several who claim a ticket at once", (it) => {
  it.effect("one gets it, and everybody else hears who was faster", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const ticket = yield* opened("carla")
      const path = `/v1/tickets/${ticket.id}`
      const answers = yield* Effect.forEach(
        Array.from({ length: 50 }, (_, at) => agents[at % agents.length] ?? "ada"),
        (as) => Effect.map(ask("POST", `${path}/claim`, { as }), (answer) => ({ as, ...answer })),
        { concurrency: "unbounded" }
      )

      const [winner, ...others] = new Set(answers.filter(({ status }) => status === 200).map(({ as }) => as))
      assert.isDefined(winner)
      assert.deepStrictEqual(others, [])
      for (const { as, json, status } of answers) {
        if (as === winner) {
          assert.strictEqual(status, 200)
          assert.deepInclude(json.data, { id: ticket.id, assigneeId: personIds[winner], version: 2 })
        } else {
          assert.notProperty(json, "_tag")
          assert.deepStrictEqual([status, json.code, json.assigneeId], [
            409,
            "ticket-already-claimed",
            personIds[winner]
          ])
        }
      }

      assert.deepInclude(yield* done("GET", path, { as: "carla" }), { assigneeId: personIds[winner], version: 2 })
      const history = yield* done("GET", `${path}/history`, { as: "carla" })
      assert.deepStrictEqual(history.map(({ to }: { to: string }) => to), ["open"])
      const audit = yield* auditOf(ticket.id)
      assert.deepStrictEqual(
        audit.map(({ action, actorId, after, before }) => ({ action, actorId, after, before })).slice(1),
        [
          {
            action: "ticket.assigned",
            actorId: personIds[winner],
            before: { assigneeId: null },
            after: { assigneeId: personIds[winner] }
          }
        ]
      )
      const events = yield* eventsOf(ticket.id)
      assert.deepStrictEqual(events.map(({ seq, type, waits }) => [type, seq, waits]), [
        ["ticket.created", 1, true],
        ["ticket.assigned", 2, true]
      ])
    }))

  it.effect("each of many tickets has one winner, and every change of it follows the one before", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const tickets = yield* Effect.forEach(Array.from({ length: 8 }), () => opened("chris"), { concurrency: 4 })
      const changes = tickets.flatMap(({ id }) =>
        agents.flatMap((as, at) => [
          ask("POST", `/v1/tickets/${id}/claim`, { as }),
          ask("PATCH", `/v1/tickets/${id}`, { as, body: { title: `As ${as} sees it` } }),
          ask("PATCH", `/v1/tickets/${id}/status`, { as, body: { status: at % 2 === 0 ? "waiting" : "in_progress" } }),
          ask("POST", `/v1/tickets/${id}/messages`, { as, body: { body: `Says ${as}` } })
        ])
      )
      const answers = yield* Effect.all(changes, { concurrency: "unbounded" })
      assert.deepStrictEqual([...new Set(answers.map(({ status }) => status))].toSorted(), [200, 201, 409])

      for (const { id } of tickets) {
        const audit = yield* auditOf(id)
        assert.strictEqual(audit.filter(({ action }) => action === "ticket.assigned").length, 1)
        const events = yield* eventsOf(id)
        assert.deepStrictEqual(events.map(({ seq }) => seq), events.map((_, at) => at + 1))
        const said = events.filter(({ type }) => type === "message.sent")
        assert.strictEqual(said.length, agents.length)
        const ticket = yield* done("GET", `/v1/tickets/${id}`, { as: "alex" })
        assert.strictEqual(ticket.version, events.length - said.length)
        // Each move begins where the one before it ended: nobody moved a ticket that they saw elsewhere.
        const moves = events.filter(({ type }) => type === "ticket.status_changed").map(({ payload }) => payload)
        assert.deepStrictEqual(
          moves.map(({ from }) => from),
          ["open", ...moves.slice(0, -1).map(({ to }) => to)]
        )
        assert.strictEqual(ticket.status, moves.at(-1)?.to)
      }
    }))

  it.effect("whoever is slower than the release gets what was given back", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const ticket = yield* opened("carla")
      const path = `/v1/tickets/${ticket.id}`
      yield* done("POST", `${path}/claim`, { as: "ada" })
      assert.strictEqual((yield* ask("POST", `${path}/claim`, { as: "amir" })).status, 409)
      yield* done("PUT", `${path}/assignee`, { as: "ada", body: { assigneeId: null } })
      assert.deepInclude(yield* done("POST", `${path}/claim`, { as: "amir" }), {
        assigneeId: personIds.amir,
        version: 4
      })
    }))
})
