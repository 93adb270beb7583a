import { assert, layer } from "@effect/vitest"
import { Rooms } from "@opsdesk/rooms/Rooms"
import { later } from "@opsdesk/testkit/later"
import { personIds, teamIds } from "@opsdesk/testkit/people"
import { Duration, Effect, Fiber, Schedule } from "effect"
import { WebSocket } from "ws"
import { bare, connected, connectedAs, OnPort, opened, port, said, started, tokenOf } from "./graphSockets.ts"

const protocol = "graphql-transport-ws"

/** How a handshake is answered that is refused, or how a socket ends to which these frames are sent. */
const ended = Effect.fnUntraced(function*(
  headers: Record<string, string>,
  frames: ReadonlyArray<string>,
  protocols: ReadonlyArray<string> = [protocol]
) {
  const at = yield* port
  return yield* Effect.callback<number>((resume) => {
    const socket = new WebSocket(`ws://127.0.0.1:${at}/graphql`, [...protocols], { headers })
    socket.on("error", () => {})
    socket.on("unexpected-response", (request, response) => {
      request.destroy()
      resume(Effect.succeed(response.statusCode ?? 0))
    })
    socket.on("open", () => {
      for (const frame of frames) socket.send(frame)
    })
    socket.on("close", (code) => resume(Effect.succeed(code)))
  })
})

const init = (token: string) =>
  JSON.stringify({ type: "connection_init", payload: { authorization: `Bearer ${token}` } })

layer(OnPort({ OPSDESK_LIMITS: "off" }), { excludeTestServices: true })("whoever connects to GraphQL", (it) => {
  it.effect("asks, changes and listens on one socket", () =>
    Effect.gen(function*() {
      const ticket = yield* opened()
      const { asked } = yield* connectedAs("carla")
      assert.deepStrictEqual((yield* asked("{ me { user { name } } }").next).data, { me: { user: { name: "carla" } } })
      const live = asked(
        "subscription ($id: ID!) { ticketEvents(ticketId: $id, after: 0) { seq type actor { name } } }",
        {
          id: ticket
        }
      )
      const of = (seq: number, type: string) => ({ ticketEvents: { seq, type, actor: { name: "carla" } } })
      assert.deepStrictEqual((yield* live.next).data, of(1, "ticket.created"))
      const send = "mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { body } } }"
      const sent = asked(send, { input: { ticketId: ticket, body: "By socket" } })
      assert.deepStrictEqual((yield* sent.next).data.sendMessage.message, { body: "By socket" })
      assert.isNull(yield* sent.next)
      assert.deepStrictEqual((yield* live.next).data, of(2, "message.sent"))
      yield* live.leave
    }).pipe(Effect.scoped))

  it.effect("may show the token in the handshake, too", () =>
    Effect.gen(function*() {
      const token = yield* tokenOf("ada")
      const query = { id: "1", type: "subscribe", payload: { query: "{ __typename }" } }
      const at = yield* port
      const ways: ReadonlyArray<readonly [ReadonlyArray<string>, Record<string, string>]> = [
        [[protocol], { authorization: `Bearer ${token}` }],
        [[protocol, `opsdesk.bearer.${token}`], {}]
      ]
      for (const [protocols, headers] of ways) {
        const frames = yield* Effect.callback<ReadonlyArray<string>>((resume) => {
          const socket = new WebSocket(`ws://127.0.0.1:${at}/graphql`, [...protocols], { headers })
          const heard: Array<string> = []
          socket.on("open", () => socket.send(JSON.stringify({ type: "connection_init" })))
          socket.on("message", (data: Buffer) => {
            const frame = JSON.parse(data.toString("utf8"))
            heard.push(frame.type)
            if (frame.type === "connection_ack") socket.send(JSON.stringify(query))
            if (frame.type === "complete") socket.close()
          })
          socket.on("close", () => resume(Effect.succeed(heard)))
        })
        assert.deepStrictEqual(frames, ["connection_ack", "next", "complete"])
      }
    }))

  it.effect("is refused with a foreign page, a bad token, no token, and what is no message", () =>
    Effect.gen(function*() {
      const token = yield* tokenOf("ada")
      assert.strictEqual(yield* ended({ origin: "https://evil.example" }, [init(token)]), 403)
      assert.strictEqual(yield* ended({ authorization: "Bearer nothing" }, []), 401)
      assert.strictEqual(yield* ended({}, [init("nothing")]), 4403)
      assert.strictEqual(yield* ended({}, [JSON.stringify({ type: "connection_init" })]), 4403)
      const early = JSON.stringify({ id: "1", type: "subscribe", payload: { query: "{ __typename }" } })
      assert.strictEqual(yield* ended({}, [early]), 4401)
      assert.strictEqual(yield* ended({}, ["nonsense"]), 4400)
      assert.strictEqual(yield* ended({}, [`{"a":${"[".repeat(40)}${"]".repeat(40)}}`]), 4400)
      assert.strictEqual(yield* ended({}, [`{"a":"${"x".repeat(70_000)}"}`]), 1009)
    }))

  it.effect("is hung up on when they come in twice, and when they use the name of what is going on", () =>
    Effect.gen(function*() {
      const token = yield* tokenOf("carla")
      const ticket = yield* opened()
      const twice = yield* bare(token)
      twice.say({ type: "connection_init", payload: { authorization: `Bearer ${token}` } })
      assert.strictEqual((yield* twice.hungUp).code, 4429)
      assert.strictEqual(yield* ended({}, [init(token), init(token)]), 4429)
      const again = yield* bare(token)
      const query = `subscription { ticketEvents(ticketId: "${ticket}", after: 0) { seq } }`
      again.subscribe("mine", query)
      yield* again.heard("next", "mine")
      again.subscribe("mine", query)
      assert.strictEqual((yield* again.hungUp).code, 4409)
    }).pipe(Effect.scoped))

  it.effect("may use an id again as soon as they have left what it was, and leaves nothing behind by that", () =>
    Effect.gen(function*() {
      const { count } = yield* Rooms
      const ticket = yield* opened()
      const token = yield* tokenOf("ada")
      const before = count()
      const subscribe = (query: string) => ({ id: "1", type: "subscribe", payload: { query } })
      const slow = subscribe("{ tickets(first: 10) { nodes { id requester { name } messages { nodes { body } } } } }")
      const live = subscribe(`subscription { ticketEvents(ticketId: "${ticket}", after: 0) { seq } }`)
      const complete = { id: "1", type: "complete" }
      for (let at = 0; at < 10; at++) {
        const client = yield* bare(token)
        client.sayAtOnce(slow, complete, live)
        assert.deepStrictEqual((yield* client.heard("next")).payload.data, { ticketEvents: { seq: 1 } })
        assert.isUndefined(client.frames.find(({ type }) => type === "complete" || type === "error"))
        client.sayAtOnce(complete, slow, complete, live, complete)
        client.subscribe("2", "{ __typename }")
        yield* client.heard("complete", "2")
        client.sayAtOnce(live, complete, live)
        client.socket.terminate()
      }
      const again = yield* bare(token)
      again.sayAtOnce(slow, complete, live, live)
      assert.strictEqual((yield* again.hungUp).code, 4409)
      yield* Effect.sync(count).pipe(
        Effect.repeat({
          until: (now) => now.guests === before.guests && now.listeners === before.listeners,
          schedule: Schedule.spaced("20 millis")
        }),
        Effect.timeout("5 seconds")
      )
    }).pipe(Effect.scoped))

  it.effect("has a hundred operations going at once, and the next one refused until one of them has ended", () =>
    Effect.gen(function*() {
      const ticket = yield* opened()
      const query = `subscription { ticketEvents(ticketId: "${ticket}", after: 0) { seq } }`
      const client = yield* bare(yield* tokenOf("carla"))
      for (let id = 1; id <= 100; id++) client.subscribe(`${id}`, query)
      for (let id = 1; id <= 100; id++) yield* client.heard("next", `${id}`)
      client.subscribe("one more", "{ __typename }")
      const refused = yield* client.heard("error", "one more")
      assert.strictEqual(refused.payload[0].extensions.code, "rate-limited")
      client.say({ id: "7", type: "complete" })
      client.subscribe("instead", query)
      assert.strictEqual((yield* client.heard("next", "instead")).payload.data.ticketEvents.seq, 1)
      yield* said(ticket, "All hundred hear this")
      const nexts = (id: string) => client.frames.filter((frame) => frame.id === id && frame.type === "next")
      for (const id of ["1", "100", "instead"]) while (nexts(id).length < 2) yield* Effect.sleep("10 millis")
      assert.lengthOf(nexts("7"), 1)
    }).pipe(Effect.scoped))

  it.effect("is hung up on when their token runs out, after every source has said so", () =>
    Effect.gen(function*() {
      const ticket = yield* opened()
      const token = yield* tokenOf("carla").pipe(later(Duration.seconds(-897)))
      const { asked, hungUp } = yield* connected({ authorization: `Bearer ${token}` })
      const sources = [1, 2].map(() => asked(`subscription { ticketEvents(ticketId: "${ticket}", after: 0) { seq } }`))
      for (const source of sources) assert.strictEqual((yield* source.next).data.ticketEvents.seq, 1)
      for (const source of sources) {
        assert.strictEqual((yield* source.next).errors[0].extensions.code, "unauthenticated")
        assert.isNull(yield* source.next)
      }
      const { code, reason } = yield* hungUp
      assert.deepStrictEqual([code, reason], [4403, "the token lets nobody in any more"])
    }).pipe(Effect.scoped))

  it.effect("is told when to come back when the program stops, and streams break off before it has stopped", () =>
    Effect.gen(function*() {
      const { context, stop } = yield* started
      const ticket = yield* opened()
      const query = `subscription { ticketEvents(ticketId: "${ticket}", after: 0) { seq } }`
      const clients = yield* Effect.forEach(
        ["carla", "ada"] as const,
        (person) => Effect.flatMap(tokenOf(person), bare).pipe(Effect.provide(context))
      )
      for (const client of clients) {
        client.subscribe("1", query)
        yield* client.heard("next")
      }
      const token = yield* tokenOf("carla")
      const at = yield* Effect.provide(port, context)
      const stream = yield* Effect.promise(async () => {
        const { body } = await fetch(`http://127.0.0.1:${at}/graphql`, {
          method: "POST",
          headers: {
            authorization: `Bearer ${token}`,
            "content-type": "application/json",
            accept: "text/event-stream"
          },
          body: JSON.stringify({ query })
        })
        assert(body !== null)
        return body.pipeThrough(new TextDecoderStream()).getReader()
      })
      const heard = Effect.promise(() => stream.read())
      let text = ""
      while (!text.includes("\"seq\":1")) text += (yield* heard).value ?? ""
      const stopping = yield* Effect.forkChild(stop)
      for (const client of clients) {
        const { code, reason } = yield* client.hungUp
        assert.strictEqual(code, 1012)
        assert.match(reason, /^come back in \d{1,4} ms$/)
        // No source has ended: whoever comes back goes on with each.
        assert.isUndefined(client.frames.find(({ type }) => type === "complete"))
      }
      for (let more = yield* heard; !more.done; more = yield* heard) text += more.value
      assert.notInclude(text, "event: complete")
      yield* Fiber.join(stopping)
    }).pipe(Effect.scoped))

  it.effect(
    "is hung up on when they do not read, and nothing piles up for them meanwhile",
    () =>
      Effect.gen(function*() {
        const ticket = yield* opened()
        const token = yield* tokenOf("carla")
        const query = `subscription { ticketEvents(ticketId: "${ticket}", after: 0) { seq payload } }`
        const [reader, sleeper] = yield* Effect.all([bare(token), bare(token)])
        reader.subscribe("1", query)
        yield* reader.heard("next")
        for (let id = 1; id <= 100; id++) sleeper.subscribe(`${id}`, query)
        for (let id = 1; id <= 100; id++) yield* sleeper.heard("next", `${id}`)
        sleeper.socket.pause()
        const before = process.memoryUsage().arrayBuffers
        // To each of the hundred some 30 kB: 120 MB in all.
        const messages = 40
        let most = 0
        for (let at = 0; at < messages; at++) {
          yield* said(ticket, `${at} ${"語".repeat(9900)}`, "ada")
          most = Math.max(most, process.memoryUsage().arrayBuffers - before)
        }
        // Its ack, its first event, and all of them.
        while (reader.frames.length < 2 + messages) yield* Effect.sleep("10 millis")
        assert.isBelow(most, 48_000_000)
        sleeper.socket.resume()
        assert.strictEqual((yield* sleeper.hungUp).code, 4408)
        assert.isBelow(sleeper.frames.length, 100 * messages / 2)
      }).pipe(Effect.scoped),
    60_000
  )

  it.effect("is hung up on when they do not say who they are", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* ended({}, []), 4408)
    }), 15_000)

  it.effect("hears of documents beyond the limits and of wrong ones what they would hear by POST", () =>
    Effect.gen(function*() {
      const token = yield* tokenOf("ada")
      const at = yield* port
      const told = (query: string) =>
        Effect.gen(function*() {
          const { client } = yield* connected({ authorization: `Bearer ${token}` })
          return yield* Effect.promise(() =>
            new Promise<ReadonlyArray<{ readonly extensions: { readonly code: string; readonly limit?: unknown } }>>(
              (resolve, reject) => {
                client.subscribe({ query }, {
                  next: () => reject(new Error("it was executed")),
                  complete: () => reject(new Error("it was executed")),
                  error: (errors) => resolve(JSON.parse(JSON.stringify(errors)))
                })
              }
            )
          )
        }).pipe(Effect.scoped)
      const queries = [
        `{ me { user { ${Array.from({ length: 16 }, (_, alias) => `a${alias}: id`).join(" ")} } } }`,
        "{ tickets(first: 100) { nodes { messages(first: 10) { nodes { id } } } } }",
        "subscription { ticketEvents { seq } }",
        "{"
      ]
      for (const query of queries) {
        const response = yield* Effect.promise(async () => {
          const answer = await fetch(`http://127.0.0.1:${at}/graphql`, {
            method: "POST",
            headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
            body: JSON.stringify({ query })
          })
          return answer.json()
        })
        const pick = (
          errors: ReadonlyArray<{ readonly extensions: { readonly code: string; readonly limit?: unknown } }>
        ) => errors.map(({ extensions: { code, limit } }) => ({ code, limit }))
        assert.deepStrictEqual(pick(yield* told(query)), pick(response.errors))
      }
    }))

  it.effect("hears no more of a ticket that has been taken from them, and why", () =>
    Effect.gen(function*() {
      const ticket = yield* opened("carla", teamIds.Network)
      const { asked } = yield* connectedAs("nora")
      const live = asked(`subscription { messageAdded(ticketId: "${ticket}") { body } }`)
      const first = yield* Effect.forkChild(live.next)
      yield* Effect.sleep("300 millis")
      yield* said(ticket, "While you may")
      assert.strictEqual((yield* Fiber.join(first)).data.messageAdded.body, "While you may")
      const at = yield* port
      const alex = yield* tokenOf("alex")
      yield* Effect.promise(() =>
        fetch(`http://127.0.0.1:${at}/v1/teams/${teamIds.Network}/members/${personIds.nora}`, {
          method: "DELETE",
          headers: { authorization: `Bearer ${alex}` }
        })
      )
      const last = yield* Effect.timeout(live.next, "5 seconds")
      assert.include(["forbidden", "not-found"], last.errors[0].extensions.code)
      assert.isNull(yield* live.next)
      yield* said(ticket, "Among others")
      const refused = yield* asked(`subscription { messageAdded(ticketId: "${ticket}") { body } }`).next
      assert.strictEqual(refused.errors[0].extensions.code, "not-found")
    }).pipe(Effect.scoped))

  it.effect("is told with each event what they may know by then, and not what they once might", () =>
    Effect.gen(function*() {
      const at = yield* port
      const alex = yield* tokenOf("alex")
      const roles = (names: ReadonlyArray<string>) =>
        Effect.promise(() =>
          fetch(`http://127.0.0.1:${at}/v1/users/${personIds.amir}/roles`, {
            method: "PUT",
            headers: { authorization: `Bearer ${alex}`, "content-type": "application/json" },
            body: JSON.stringify({ roles: names })
          })
        )
      yield* roles(["agent", "customer"])
      const ticket = yield* opened("amir")
      const { asked } = yield* connectedAs("amir")
      const live = asked(
        `subscription { ticketEvents(ticketId: "${ticket}", after: 0) { seq actor { email } } }`
      )
      assert.deepStrictEqual((yield* live.next).data.ticketEvents, { seq: 1, actor: { email: "amir@test.local" } })
      yield* said(ticket, "To an agent", "ada")
      assert.deepStrictEqual((yield* live.next).data.ticketEvents, { seq: 2, actor: { email: "ada@test.local" } })
      yield* roles(["customer"])
      yield* said(ticket, "To a customer", "ada")
      assert.deepStrictEqual((yield* live.next).data.ticketEvents, { seq: 3, actor: { email: null } })
      yield* live.leave
      yield* roles(["agent"])
    }).pipe(Effect.scoped))

  it.effect("is hung up on when their account is closed, after every source has said so", () =>
    Effect.gen(function*() {
      const ticket = yield* opened("amir")
      const { asked, hungUp } = yield* connectedAs("amir")
      const live = asked(`subscription { ticketEvents(ticketId: "${ticket}", after: 0) { seq } }`)
      assert.strictEqual((yield* live.next).data.ticketEvents.seq, 1)
      const at = yield* port
      const alex = yield* tokenOf("alex")
      yield* Effect.promise(() =>
        fetch(`http://127.0.0.1:${at}/v1/users/${personIds.amir}`, {
          method: "PATCH",
          headers: { authorization: `Bearer ${alex}`, "content-type": "application/json" },
          body: JSON.stringify({ active: false })
        })
      )
      const last = yield* Effect.timeout(live.next, "5 seconds")
      assert.strictEqual(last.errors[0].extensions.code, "forbidden")
      assert.strictEqual((yield* hungUp).code, 4403)
    }).pipe(Effect.scoped))

  it.effect("misses nothing and hears nothing twice when they are cut off again and again", () =>
    Effect.gen(function*() {
      const ticket = yield* opened()
      const messages = 30
      const writing = yield* Effect.forkChild(
        Effect.forEach(
          Array.from({ length: messages }),
          (_, at) => Effect.andThen(said(ticket, `${at}`), Effect.sleep("20 millis"))
        )
      )
      const heard: Array<number> = []
      while (heard.length < messages + 1) {
        yield* Effect.gen(function*() {
          const { asked, sockets } = yield* connectedAs("carla")
          const live = asked(
            "subscription ($id: ID!, $after: Int!) { ticketEvents(ticketId: $id, after: $after) { seq } }",
            {
              id: ticket,
              after: heard.at(-1) ?? 0
            }
          )
          for (let more = 0; more < 5 && heard.length < messages + 1; more++) {
            heard.push((yield* live.next).data.ticketEvents.seq)
          }
          for (const socket of sockets) socket.terminate()
        }).pipe(Effect.scoped)
      }
      yield* Fiber.join(writing)
      assert.deepStrictEqual(heard, Array.from({ length: messages + 1 }, (_, at) => at + 1))
    }))
})

const few = new URL("./fixtures/fewSockets.json", import.meta.url).pathname

layer(OnPort({ OPSDESK_LIMITS: few }), { excludeTestServices: true })("whoever comes too often", (it) => {
  it.effect("gets no third socket where two are allowed", () =>
    Effect.gen(function*() {
      const sockets = yield* Effect.all([connectedAs("ada"), connectedAs("ada")])
      for (const { asked } of sockets) assert.isDefined((yield* asked("{ __typename }").next).data)
      const third = yield* connectedAs("ada")
      assert.strictEqual((yield* third.hungUp).code, 1013)
    }).pipe(Effect.scoped))

  it.effect("hears that frames came too fast, and is hung up on when it does not end", () =>
    Effect.gen(function*() {
      const token = yield* tokenOf("amir")
      const frames = Array.from({ length: 60 }, (_, id) =>
        JSON.stringify({ id: `${id}`, type: "subscribe", payload: { query: "{ __typename }" } }))
      const at = yield* port
      const end = yield* Effect.callback<{ readonly code: number; readonly refused: number }>((resume) => {
        const socket = new WebSocket(`ws://127.0.0.1:${at}/graphql`, [protocol])
        let refused = 0
        socket.on("open", () =>
          socket.send(init(token)))
        socket.on("message", (data: Buffer) => {
          const frame = JSON.parse(data.toString("utf8"))
          if (frame.type === "connection_ack") { for (const one of frames) socket.send(one) }
          if (frame.type === "error" && frame.payload[0].extensions.code === "rate-limited") refused++
        })
        socket.on("close", (code) => resume(Effect.succeed({ code, refused })))
      })
      assert.strictEqual(end.code, 4429)
      assert.isAbove(end.refused, 0)
    }))
})
