import { assert, layer } from "@effect/vitest"
import { as, teamIdOf, userIdOf } from "@opsdesk/testkit/actors"
import { wayTo } from "@opsdesk/testkit/wayTo"
import { whenReachable } from "@opsdesk/testkit/whenReachable"
import { TicketDesk } from "@opsdesk/tickets/TicketDesk"
import { TeamDesk } from "@opsdesk/users/TeamDesk"
import { Effect } from "effect"
import { connect, subscribed } from "./Client.ts"
import { Desk, opened, say, start, tokenOf } from "./desks.ts"

const numbers = (count: number, from = 1) => Array.from({ length: count }, (_, at) => from + at)

layer(Desk, { excludeTestServices: true })("whoever is connected", (it) => {
  it.effect("hears what happened, then `subscribed`, then what happens; each once and in order", () =>
    Effect.gen(function*() {
      const { url } = yield* start()
      const id = yield* opened()
      yield* say(id, "before")
      const client = yield* connect(url, yield* tokenOf("carla"))
      client.say({ type: "subscribe", room: `ticket:${id}`, after: 0, id: "one" })
      assert.deepStrictEqual(yield* client.heard("subscribed"), {
        type: "subscribed",
        seq: 2,
        room: `ticket:${id}`,
        id: "one"
      })
      yield* say(id, "after")
      const last = yield* client.until(({ frames }) => frames.find((frame) => frame.seq === 3))
      assert.deepInclude(last, { type: "message:new", room: `ticket:${id}`, ticketId: id })
      assert.deepInclude(last.message, { body: "after", seq: 3, visibility: "public" })
      assert.deepStrictEqual(
        client.frames.filter(({ type }) => type !== "presence").map(({ type }) => type),
        ["ticket:created", "message:new", "subscribed", "message:new"]
      )
    }))

  it.effect("sends a message once, however often they send it, and hears it like the others", () =>
    Effect.gen(function*() {
      const { url } = yield* start()
      const id = yield* opened()
      const [carla, ada] = yield* Effect.all([
        Effect.flatMap(tokenOf("carla"), (token) => connect(url, token)),
        Effect.flatMap(tokenOf("ada"), (token) => connect(url, token))
      ])
      yield* Effect.all([subscribed(carla, `ticket:${id}`), subscribed(ada, `ticket:${id}`)])
      const frame = { type: "message:send", ticketId: id, body: "Hello?", clientMessageId: "c-1" }
      carla.say({ ...frame, id: "first" })
      carla.say({ ...frame, id: "again" })
      const acks = yield* carla.until(({ frames }) => {
        const found = frames.filter(({ type }) => type === "ack")
        return found.length === 2 && found
      })
      assert.deepStrictEqual(acks[0].message, acks[1].message)
      assert.deepStrictEqual([acks[0].id, acks[1].id, acks[0].clientMessageId], ["first", "again", "c-1"])
      const heard = yield* ada.heard("message:new")
      assert.deepStrictEqual(heard.message, acks[0].message)
      yield* say(id, "the end")
      yield* ada.until((client) => client.seqs(`ticket:${id}`).includes(3))
      assert.deepStrictEqual(ada.seqs(`ticket:${id}`), [2, 3])
    }))

  it.effect("is told what they may not do, and why, and is not hung up on", () =>
    Effect.gen(function*() {
      const { url } = yield* start()
      const id = yield* opened()
      const chris = yield* connect(url, yield* tokenOf("chris"))
      chris.say({ type: "subscribe", room: `ticket:${id}`, id: "a" })
      chris.say({ type: "message:send", ticketId: id, body: "Mine?", clientMessageId: "c", id: "b" })
      chris.say({ type: "typing", ticketId: id, typing: true, id: "c" })
      chris.say({ type: "subscribe", room: "cellar", id: "d" })
      chris.say({ type: "subscribe", room: "tickets", after: 1e15, id: "e" })
      chris.say({ type: "ping", id: "f" })
      yield* chris.heard("resync")
      yield* chris.until(({ frames }) => frames.length >= 6)
      const by = (of: string) => chris.frames.find((frame) => frame.id === of)
      assert.deepInclude(by("a"), { type: "error", code: "not-found", room: `ticket:${id}` })
      assert.deepInclude(by("b"), { type: "error", code: "not-found", clientMessageId: "c" })
      for (const  of of["c", "d"]) assert.deepInclude(by(of), { type: "error", code: "not-found" })
      assert.deepInclude(by("e"), { type: "resync", room: "tickets" })
      assert.deepInclude(by("f"), { type: "pong" })
      const carla = yield* connect(url, yield* tokenOf("carla"))
      carla.say({
        type: "message:send",
        ticketId: id,
        body: "To us",
        visibility: "internal",
        clientMessageId: "c",
        id: "g"
      })
      assert.deepInclude(yield* carla.heard("error"), { code: "forbidden", id: "g" })
    }))

  it.effect("sees who else has the ticket open and who types, on whichever instance, until they leave", () =>
    Effect.gen(function*() {
      const [here, there] = yield* Effect.all([start(), start()])
      const id = yield* opened()
      const room = `ticket:${id}`
      const ada = yield* connect(here.url, yield* tokenOf("ada"))
      yield* subscribed(ada, room)
      const carla = yield* connect(there.url, yield* tokenOf("carla"))
      yield* subscribed(carla, room)
      const both = [userIdOf("ada"), userIdOf("carla")].toSorted()
      const isBoth = (frame: { type: string; users?: ReadonlyArray<string> }) =>
        frame.type === "presence" && frame.users?.join() === both.join()
      yield* Effect.all([ada, carla].map((client) => client.until(({ frames }) => frames.some(isBoth))))
      carla.say({ type: "typing", ticketId: id, typing: true })
      assert.deepStrictEqual(yield* ada.heard("typing"), {
        type: "typing",
        room,
        ticketId: id,
        userId: userIdOf("carla"),
        typing: true
      })
      assert.isUndefined(carla.frames.find(({ type }) => type === "typing"))
      carla.socket.terminate()
      yield* ada.until(({ frames }) => frames.some(({ type, typing }) => type === "typing" && typing === false))
      yield* ada.until(({ frames }) => {
        const last = frames.findLast(({ type }) => type === "presence")
        return last?.users.join() === userIdOf("ada")
      })
    }))

  it.effect("hears no more of a ticket that was taken from them, and is told so", () =>
    Effect.gen(function*() {
      const { url } = yield* start()
      const tickets = yield* TicketDesk
      const teams = yield* TeamDesk
      const moved = yield* opened(teamIdOf("Support"))
      const left = yield* opened(teamIdOf("Support"))
      const ada = yield* connect(url, yield* tokenOf("ada"))
      yield* Effect.all([subscribed(ada, `ticket:${moved}`), subscribed(ada, `ticket:${left}`)])
      yield* tickets.edit(moved, { teamId: teamIdOf("Network") }).pipe(as("alex"))
      yield* teams.removeMember(teamIdOf("Support"), userIdOf("ada")).pipe(as("alex"))
      const ended = yield* ada.until(({ frames }) => {
        const found = frames.filter(({ type }) => type === "unsubscribed")
        return found.length === 2 && found
      })
      for (const frame of ended) assert.strictEqual(frame.reason, "forbidden")
      assert.deepStrictEqual(ended.map(({ room }) => room).toSorted(), [`ticket:${moved}`, `ticket:${left}`].toSorted())
      assert.deepStrictEqual([ada.seqs(`ticket:${moved}`), ada.seqs(`ticket:${left}`)], [[], []])
      yield* teams.addMember(teamIdOf("Support"), userIdOf("ada")).pipe(as("alex"))
    }))
})

/** By what the programs of a desk wake each other. */
const onTwoInstances = (bus: string, variables: Record<string, string>) => {
  layer(Desk, { excludeTestServices: true })(`on two instances with ${bus}`, (it) => {
    it.effect("everybody hears all that happens on both, once and in the same order", () =>
      Effect.gen(function*() {
        const instances = yield* Effect.all([start(variables), start(variables)])
        const id = yield* opened()
        const room = `ticket:${id}`
        const clients = yield* Effect.forEach([0, 1, 0, 1], (at) =>
          Effect.flatMap(tokenOf("carla"), (token) => connect(instances[at]?.url ?? "", token)))
        for (const client of clients) {
          yield* subscribed(client, room, 0)
          yield* subscribed(client, "tickets", 0)
        }
        yield* Effect.forEach(numbers(10), (at) =>
          say(id, `by REST ${at}`), { concurrency: 3 })
        for (const [at, client] of clients.entries()) {
          client.say({ type: "message:send", ticketId: id, body: `by socket ${at}`, clientMessageId: `c-${at}` })
        }
        for (const client of clients) yield* client.until((heard) => heard.seqs("tickets").length === 15)
        for (const client of clients) {
          assert.deepStrictEqual(client.seqs(room), numbers(15))
          assert.deepStrictEqual(client.seqs("tickets"), clients[0]?.seqs("tickets"))
        }
      }))
  })
}

onTwoInstances("PostgreSQL alone", {})

whenReachable("redis", (redis) => {
  onTwoInstances("Redis", { REDIS_URL: redis })

  layer(Desk, { excludeTestServices: true })("while Redis is silent", (it) => {
    it.effect("everybody hears all that happens, a little later, and is sent out where they may not be any more", () =>
      Effect.gen(function*() {
        const at = new URL(redis)
        const way = yield* wayTo(Number(at.port || "6379"))
        at.host = `127.0.0.1:${way.port}`
        const { url } = yield* start({ REDIS_URL: at.href })
        const id = yield* opened(teamIdOf("Support"))
        const ada = yield* connect(url, yield* tokenOf("ada"))
        yield* subscribed(ada, `ticket:${id}`)
        way.fallSilent()
        yield* say(id, "one").pipe(Effect.andThen(say(id, "two")))
        yield* ada.until((client) => client.seqs(`ticket:${id}`).length === 2)
        yield* Effect.flatMap(TicketDesk, (desk) => desk.edit(id, { teamId: teamIdOf("Network") })).pipe(as("alex"))
        assert.deepInclude(yield* ada.heard("unsubscribed"), { reason: "forbidden" })
        assert.deepStrictEqual(ada.seqs(`ticket:${id}`), [2, 3])
      }))
  })
})
