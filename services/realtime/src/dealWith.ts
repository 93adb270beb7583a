import { CurrentActor } from "@opsdesk/access/Actor"
import type { RateLimits } from "@opsdesk/capabilities/RateLimits"
import { Internal } from "@opsdesk/kernel/Problem"
import { RequestContext } from "@opsdesk/kernel/RequestContext"
import { Message } from "@opsdesk/messages/Message"
import type { MessageDesk } from "@opsdesk/messages/MessageDesk"
import type { Room } from "@opsdesk/rooms/Room"
import { nameOf, roomNamed, roomOfTicket } from "@opsdesk/rooms/Room"
import type { Rooms } from "@opsdesk/rooms/Rooms"
import { TicketNotFound } from "@opsdesk/tickets/TicketProblems"
import { Effect, FiberMap, Schema } from "effect"
import type { SecureRandom } from "effect/crypto"
import { Hex } from "effect/encoding"
import type { Company, Peer } from "./Company.ts"
import type { Connection } from "./Connection.ts"
import { secret } from "./Connection.ts"
import type { ClientFrame, clientFrames, ErrorFrame } from "./Protocol.ts"
import { written, writtenEvent } from "./roomFrames.ts"

/** Rooms that one socket may listen to at a time. */
const mostRooms = 100

/** How long somebody who reads the past may take for a part of it before they count as too slow. */
const patience = "10 seconds"

export interface Counter {
  readonly rooms: Rooms["Service"]
  readonly company: Company["Service"]
  readonly messages: MessageDesk["Service"]
  readonly limits: RateLimits["Service"]
  readonly random: SecureRandom.SecureRandom["Service"]
}

type Frame<Type extends keyof typeof clientFrames> = typeof clientFrames[Type]["Type"]

interface Told {
  readonly code: string
  readonly detail: string
  readonly retryAfter?: number
}

const encodeMessage = Schema.encodeSync(Message.json)

/** What a problem is as a frame, and which frame it answers. */
const errorOf = ({ code, detail, retryAfter }: Told, about: Partial<ErrorFrame>): ErrorFrame => ({
  type: "error",
  code,
  detail,
  ...(retryAfter === undefined ? {} : { retryAfter }),
  ...about
})

const idOf = ({ id }: { readonly id?: string }) => id === undefined ? {} : { id }

/** Does what the frames of one connection ask for, one after the other; each room is listened to beside that. */
export const dealer = Effect.fnUntraced(function*(counter: Counter, connection: Connection) {
  const { company, limits, messages, random, rooms } = counter
  const { actor, guest, outflow, say } = connection
  const listening = yield* FiberMap.make<string>()
  const peer: Peer = { userId: actor.userId, push: (frame) => outflow.push(frame) }

  const tell = (room: Room, events: Parameters<Parameters<typeof rooms.join>[3]["hear"]>[0]) => {
    for (const event of events) {
      const frame = writtenEvent(room, event)
      if (frame !== null) outflow.push(frame)
    }
  }
  /** The past goes out as fast as it is taken, and no faster. */
  const recall = (room: Room) =>
    Effect.fnUntraced(function*(events: Parameters<typeof tell>[1]) {
      for (const event of events) {
        yield* Effect.timeoutOption(outflow.room, patience)
        tell(room, [event])
      }
    })

  const listen = (room: Room, frame: Frame<"subscribe">) => {
    const name = nameOf(room)
    const about = { room: name, ...idOf(frame) }
    return Effect.gen(function*() {
      yield* rooms.join(room, frame.after, guest, {
        hear: (events) => tell(room, events),
        recall: recall(room),
        opened: (seq) => say({ type: "subscribed", seq, ...about }),
        withdrawn: () => {
          say({ type: "unsubscribed", room: name, reason: "forbidden" })
          void forget(FiberMap.remove(listening, name))
        }
      })
      if (room._tag === "Ticket") yield* company.enter(room.ticketId, peer)
      return yield* Effect.never
    }).pipe(
      Effect.scoped,
      Effect.catchTag("CannotResume", () => Effect.sync(() => say({ type: "resync", ...about }))),
      Effect.catchTags({
        TicketNotFound: (problem) => Effect.sync(() => say(errorOf(problem, about))),
        DependencyUnavailable: (problem) => Effect.sync(() => say(errorOf(problem, about)))
      }),
      Effect.catchDefect((defect) =>
        Effect.andThen(
          Effect.logError("a room failed", defect),
          Effect.sync(() => say(errorOf(new Internal(), about)))
        )
      )
    )
  }
  const forget = Effect.runForkWith(yield* Effect.context<never>())

  const subscribe = Effect.fnUntraced(function*(frame: Frame<"subscribe">) {
    const room = roomNamed(frame.room)
    const about = { room: frame.room, ...idOf(frame) }
    if (room === null) return say(errorOf(new TicketNotFound(), about))
    const name = nameOf(room)
    const count = yield* FiberMap.size(listening)
    if (count >= mostRooms && !(yield* FiberMap.has(listening, name))) {
      return say(errorOf({ code: "rate-limited", detail: `A socket listens to ${mostRooms} rooms at most.` }, about))
    }
    // Whoever asks again begins anew.
    yield* FiberMap.remove(listening, name)
    yield* FiberMap.run(listening, name, listen(room, frame))
  })

  const unsubscribe = Effect.fnUntraced(function*(frame: Frame<"unsubscribe">) {
    const room = roomNamed(frame.room)
    if (room !== null) yield* FiberMap.remove(listening, nameOf(room))
    say({ type: "unsubscribed", room: frame.room, ...idOf(frame) })
  })

  const requestOf = Effect.gen(function*() {
    const entropy = Hex.encode(yield* random.randomBytes(24))
    return {
      requestId: yield* random.uuidV4(),
      traceparent: `00-${entropy.slice(0, 32)}-${entropy.slice(32)}-01`,
      ip: connection.ip
    }
  })

  const send = Effect.fnUntraced(function*(frame: Frame<"message:send">) {
    const { body, clientMessageId, ticketId, visibility } = frame
    const request = yield* requestOf
    yield* Effect.gen(function*() {
      yield* guest.refresh
      const sender = guest.actor()
      if (sender === null) return
      yield* limits.spend("writes", sender.userId)
      const message = yield* messages.send(ticketId, { body, visibility, clientMessageId }).pipe(
        Effect.provideService(CurrentActor, sender)
      )
      say({ type: "ack", clientMessageId, message: encodeMessage(message), ...idOf(frame) })
    }).pipe(
      Effect.provideService(RequestContext, request),
      Effect.catch((problem) => Effect.sync(() => say(errorOf(problem, { clientMessageId, ...idOf(frame) })))),
      Effect.annotateLogs({ request_id: request.requestId, user_id: actor.userId, ticket_id: ticketId })
    )
  })

  const type = Effect.fnUntraced(function*({ ticketId, typing, ...frame }: Frame<"typing">) {
    const about = { room: nameOf(roomOfTicket(ticketId)), ...idOf(frame) }
    if (!company.isThere(ticketId, peer)) return say(errorOf(new TicketNotFound(), about))
    yield* company.typing(ticketId, actor.userId, typing)
  })

  const renew = Effect.fnUntraced(function*(frame: Frame<"auth">) {
    const isGood = yield* Effect.catch(connection.renew(secret(frame.token)), (problem) =>
      Effect.sync(() => {
        say(errorOf(problem, idOf(frame)))
        return null
      }))
    if (isGood === true) outflow.push(written({ type: "authenticated", ...idOf(frame) }))
    if (isGood === false) {
      say(errorOf({ code: "unauthenticated", detail: "This token is not one of yours that lets you in." }, idOf(frame)))
    }
  })

  const one = (frame: ClientFrame): Effect.Effect<void> => {
    switch (frame.type) {
      case "subscribe":
        return subscribe(frame)
      case "unsubscribe":
        return unsubscribe(frame)
      case "message:send":
        return send(frame)
      case "typing":
        return type(frame)
      case "auth":
        return renew(frame)
      case "ping":
        return Effect.sync(() => say({ type: "pong", ...idOf(frame) }))
    }
  }

  /** A mistake of ours ends neither the connection nor what it asks for next. */
  return (frame: ClientFrame): Effect.Effect<void> =>
    Effect.catchDefect(one(frame), (defect) =>
      Effect.andThen(
        Effect.logError("a frame failed", defect),
        Effect.sync(() => say(errorOf(new Internal(), idOf(frame))))
      ))
})
