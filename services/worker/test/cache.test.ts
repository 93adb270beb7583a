import { assert, layer } from "@effect/vitest"
import { Cache } from "@opsdesk/capabilities/Cache"
import type { EventEnvelope } from "@opsdesk/kernel/EventEnvelope"
import { TicketId } from "@opsdesk/kernel/Ids"
import { actorOf, as, teamIdOf, userIdOf } from "@opsdesk/testkit/actors"
import { KeepingStack } from "@opsdesk/testkit/KeepingStack"
import { TicketDesk } from "@opsdesk/tickets/TicketDesk"
import type { TicketFilter } from "@opsdesk/tickets/TicketFilter"
import { TicketNews } from "@opsdesk/tickets/TicketNews"
import { TicketQueue } from "@opsdesk/tickets/TicketQueue"
import { listTags, ticketTags } from "@opsdesk/tickets/TicketTags"
import { Effect, Layer } from "effect"
import { cache } from "../src/consumers/cache.ts"

const Suite = Layer.mergeAll(TicketDesk.layer, TicketNews.layer, TicketQueue.layer).pipe(
  Layer.provideMerge(KeepingStack("peopled"))
)

const mark = (text: string) => Effect.succeed(new TextEncoder().encode(text))

layer(Suite, { excludeTestServices: true })("a program that ended before it could drop anything", (it) => {
  it.effect("leaves it to the worker, which finds every place that the ticket was in, and no other", () =>
    Effect.gen(function*() {
      const desk = yield* TicketDesk
      const kept = yield* Cache
      const ada = actorOf("ada")
      const { id } = yield* desk.open({ title: "No sound", description: "", type: "incident", priority: "normal" })
        .pipe(
          as("carla")
        )
      yield* desk.claim(id).pipe(as("ada"))
      yield* desk.changeStatus(id, { status: "waiting" }).pipe(as("ada"))
      yield* desk.edit(id, { teamId: teamIdOf("Support") }).pipe(as("ada"))
      yield* desk.assign(id, userIdOf("amir")).pipe(as("ada"))
      const { data } = yield* TicketQueue.use(({ events }) => events(id, 0, { limit: 100 })).pipe(as("alex"))
      const lists: ReadonlyArray<readonly [filter: TicketFilter, touched: boolean]> = [
        [{}, true],
        [{ assignee: "me", status: ["waiting"] }, true],
        [{ assignee: userIdOf("amir") }, true],
        // In no place that the last three events took it through.
        [{ assignee: "none" }, false],
        [{ status: ["resolved"] }, false],
        [{ team: teamIdOf("Network") }, false]
      ]
      const asked = (filter: TicketFilter, text: string) =>
        kept.getOrLoad(
          { cache: "lists", key: JSON.stringify(filter), tags: listTags(ada, filter) },
          mark(text)
        ).pipe(Effect.map((bytes) => new TextDecoder().decode(bytes)))
      const one = (text: string) =>
        Effect.map(
          kept.getOrLoad({ cache: "tickets", key: id, tags: ticketTags(TicketId.make(id)) }, mark(text)),
          (bytes) => new TextDecoder().decode(bytes)
        )
      for (const [filter] of lists) yield* asked(filter, "before")
      yield* one("before")
      // Only what came after the claim is heard again.
      const late: ReadonlyArray<EventEnvelope> = data.filter(({ seq }) => seq !== null && seq > 2)
      assert.lengthOf(late, 3)
      yield* cache.run(late)
      for (const [filter, touched] of lists) {
        assert.strictEqual(yield* asked(filter, "after"), touched ? "after" : "before", JSON.stringify(filter))
      }
      assert.strictEqual(yield* one("after"), "after")
    }))

  it.effect("has nothing dropped for what changes no ticket", () =>
    Effect.gen(function*() {
      const kept = yield* Cache
      const ticket = yield* TicketDesk.use(({ open }) =>
        open({ title: "No sound", description: "", type: "incident", priority: "normal" })
      ).pipe(as("carla"))
      const { data } = yield* TicketQueue.use(({ events }) => events(ticket.id, 0, { limit: 1 })).pipe(as("alex"))
      const of = { cache: "tickets" as const, key: "x", tags: ticketTags(ticket.id) }
      yield* kept.getOrLoad(of, mark("before"))
      yield* cache.run(data.map((event) => ({ ...event, type: "message.created" })))
      yield* kept.getOrLoad(of, Effect.die(new Error("it was dropped")))
      yield* cache.run(data)
      assert.strictEqual(new TextDecoder().decode(yield* kept.getOrLoad(of, mark("after"))), "after")
    }))
})
