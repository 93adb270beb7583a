import { RoomBus } from "@opsdesk/capabilities/RoomBus"
import type { Whisper } from "@opsdesk/capabilities/RoomBus"
import type { TicketId, UserId } from "@opsdesk/kernel/Ids"
import { nameOf, roomOfTicket } from "@opsdesk/rooms/Room"
import type { Written } from "@opsdesk/serving/Outflow"
import type { Scope } from "effect"
import { Clock, Context, Effect, Layer, PubSub, Queue, Schedule } from "effect"
import { SecureRandom } from "effect/crypto"
import { mostNamed, Presence, renewal } from "./Presence.ts"
import type { ServerFrame } from "./Protocol.ts"
import { written } from "./roomFrames.ts"
import { Typing } from "./Typing.ts"

/** One socket that has a ticket open. */
export interface Peer {
  readonly userId: UserId
  readonly push: (frame: Written) => void
}

/** How often lapses are looked for. */
const beat = Schedule.spaced("500 millis")

/**
 * Those who have a ticket open at the moment, on all instances: they see each other, and who types. None of it is stored,
 * and what an instance says of its own holds for a while only, so that one which dies is forgotten.
 */
export class Company extends Context.Service<Company, {
  /** For as long as the scope lives. The others are told, and `peer` is told who is there. */
  readonly enter: (ticketId: TicketId, peer: Peer) => Effect.Effect<void, never, Scope.Scope>
  readonly isThere: (ticketId: TicketId, peer: Peer) => boolean
  readonly typing: (ticketId: TicketId, userId: UserId, typing: boolean) => Effect.Effect<void>
}>()("@opsdesk/realtime/Company") {
  static readonly layer = Layer.effect(
    Company,
    Effect.gen(function*() {
      const bus = yield* RoomBus
      const random = yield* SecureRandom.SecureRandom
      const clock = yield* Clock.Clock
      const instance = (yield* random.uuidV4()).slice(0, 8)
      const peers = new Map<TicketId, Set<Peer>>()
      const presence = new Presence()
      const typing = new Typing()
      const now = () => clock.currentTimeMillisUnsafe()
      // Whispers wait for the network; nobody here does.
      const whispers = yield* Queue.sliding<Whisper>(1024)
      yield* Effect.forkScoped(Effect.forever(Effect.flatMap(Queue.take(whispers), bus.whisper)))

      const tell = (ticketId: TicketId, frame: ServerFrame, but?: UserId) => {
        const there = peers.get(ticketId)
        if (there === undefined) return
        const once = written(frame)
        for (const peer of there) if (peer.userId !== but) peer.push(once)
      }
      const presenceOn = (ticketId: TicketId): ServerFrame => ({
        type: "presence",
        room: nameOf(roomOfTicket(ticketId)),
        users: presence.who(ticketId)
      })
      const whisperPresence = (ticketId: TicketId) =>
        Queue.offerUnsafe(whispers, {
          type: "presence",
          ticketId,
          instance,
          users: presence.here(ticketId).slice(0, mostNamed)
        })
      const tellTyping = (ticketId: TicketId, userId: UserId, isTyping: boolean) =>
        tell(
          ticketId,
          { type: "typing", room: nameOf(roomOfTicket(ticketId)), ticketId, userId, typing: isTyping },
          userId
        )

      const heard = (whisper: Whisper) => {
        if (whisper.type === "typing") {
          const { ticketId, userId } = whisper
          if (peers.has(ticketId) && typing.said({ ticketId, userId }, whisper.typing, now())) {
            tellTyping(ticketId, userId, whisper.typing)
          }
          return
        }
        const { isNewcomer, isNews } = presence.heard(whisper.ticketId, whisper.instance, whisper.users, now())
        if (isNews) tell(whisper.ticketId, presenceOn(whisper.ticketId))
        if (isNewcomer) whisperPresence(whisper.ticketId)
      }
      const whispered = yield* bus.whispers
      yield* Effect.forkScoped(Effect.forever(Effect.map(PubSub.take(whispered), heard)))

      const lapse = Effect.sync(() => {
        for (const { ticketId, userId } of typing.lapsed(now())) tellTyping(ticketId, userId, false)
        for (const ticketId of presence.lapsed(now())) tell(ticketId, presenceOn(ticketId))
      })
      yield* Effect.forkScoped(Effect.repeat(lapse, beat))
      const renew = Effect.sync(() => {
        for (const ticketId of presence.tickets) whisperPresence(ticketId)
      })
      yield* Effect.forkScoped(Effect.repeat(renew, Schedule.spaced(renewal)))

      const arrive = (ticketId: TicketId, peer: Peer) => {
        const there = peers.get(ticketId) ?? new Set()
        peers.set(ticketId, there.add(peer))
        if (!presence.enter(ticketId, peer.userId)) return peer.push(written(presenceOn(ticketId)))
        tell(ticketId, presenceOn(ticketId))
        whisperPresence(ticketId)
      }
      const depart = (ticketId: TicketId, peer: Peer) => {
        const there = peers.get(ticketId)
        there?.delete(peer)
        if (there?.size === 0) peers.delete(ticketId)
        if (!presence.leave(ticketId, peer.userId)) return
        if (typing.said({ ticketId, userId: peer.userId }, false, now())) {
          tellTyping(ticketId, peer.userId, false)
          Queue.offerUnsafe(whispers, { type: "typing", ticketId, userId: peer.userId, typing: false })
        }
        tell(ticketId, presenceOn(ticketId))
        whisperPresence(ticketId)
      }

      return Company.of({
        enter: (ticketId, peer) =>
          Effect.acquireRelease(
            Effect.sync(() => arrive(ticketId, peer)),
            () => Effect.sync(() => depart(ticketId, peer))
          ),
        isThere: (ticketId, peer) => peers.get(ticketId)?.has(peer) === true,
        typing: (ticketId, userId, isTyping) =>
          Effect.sync(() => {
            if (typing.said({ ticketId, userId }, isTyping, now())) tellTyping(ticketId, userId, isTyping)
            Queue.offerUnsafe(whispers, { type: "typing", ticketId, userId, typing: isTyping })
          })
      })
    })
  )
}
