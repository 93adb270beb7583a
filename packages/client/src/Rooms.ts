import type { UserId } from "@opsdesk/kernel/Ids"
import { Cause, Data, Effect, Queue, Stream } from "effect"
import type { ClientFrame, RoomEvent, RoomName, ServerFrame } from "./Frames.ts"

/** What a room tells whoever follows it. */
export type RoomNews =
  /** In order, each once, whatever the connection does meanwhile. */
  | { readonly _tag: "Event"; readonly event: RoomEvent }
  /** Everything up to here has been told; what comes now happens now. Told again after each reconnect. */
  | { readonly _tag: "CaughtUp" }
  /** Too much was missed to be told: read the ticket anew. */
  | { readonly _tag: "Resync" }
  /** Who has the ticket open now. */
  | { readonly _tag: "Presence"; readonly userIds: ReadonlyArray<UserId> }
  | { readonly _tag: "Typing"; readonly userId: UserId; readonly typing: boolean }

/** There is no such room for you, or no longer. `code` is a problem's slug, or `forbidden`. */
export class RoomRefused extends Data.TaggedError("RoomRefused")<{ readonly room: string; readonly code: string }> {}

/** Another has begun to follow the room in one's place. */
export class RoomTaken extends Data.TaggedError("RoomTaken")<{ readonly room: string }> {}

interface Follower {
  readonly room: RoomName
  /** The place of the last event that was told; null before the first. */
  last: number | null
  readonly news: Queue.Enqueue<RoomNews, RoomRefused | RoomTaken>
}

type RoomFrame = Exclude<ServerFrame, { readonly type: "ack" | "pong" }>

/** In a ticket's room events count by `seq`, in `tickets` by `position`. */
const placeOf = (event: RoomEvent): number | null =>
  event.room === "tickets" ? event.position ?? event.seq : event.seq ?? event.position ?? null

const subscription = ({ last, room }: Follower): ClientFrame => ({
  type: "subscribe",
  room,
  id: room,
  ...(last === null ? {} : { after: last })
})

/** What a refusal says of the room itself; any other is of the moment, as when something that the desk needs is away. */
const final: ReadonlyArray<string> = ["not-found", "forbidden"]

/** A subscription's `id` is its room: so a refusal of it is told from one of something else that was said in the room. */
const roomOf = (frame: RoomFrame): string => {
  if (frame.type === "error") return frame.id ?? ""
  return frame.type === "typing" ? frame.room ?? `ticket:${frame.ticketId}` : frame.room
}

/**
 * The rooms that a client follows and how far it has heard each: what makes a stream of events out of connections that
 * come and go.
 */
export class Rooms {
  readonly #followers = new Map<string, Follower>()

  /** Puts up what a new connection has to ask for: each room, from where it was left. */
  get subscriptions(): ReadonlyArray<ClientFrame> {
    return [...this.#followers.values()].map(subscription)
  }

  /**
   * What a room tells, from after a place on, or from now on. One follows a room at a time: a later one takes over. `tell`
   * sends a frame if there is a connection.
   */
  follow(room: RoomName, after: number | null, tell: (frame: ClientFrame) => Effect.Effect<void>) {
    return Stream.callback<RoomNews, RoomRefused | RoomTaken>((news) =>
      Effect.acquireRelease(
        Effect.suspend(() => {
          const before = this.#followers.get(room)
          if (before !== undefined) Queue.failCauseUnsafe(before.news, Cause.fail(new RoomTaken({ room })))
          const follower: Follower = { room, last: after, news }
          this.#followers.set(room, follower)
          const subscribe = tell(subscription(follower))
          return Effect.as(
            before === undefined ? subscribe : Effect.andThen(tell({ type: "unsubscribe", room }), subscribe),
            follower
          )
        }),
        (follower) =>
          Effect.suspend(() => {
            if (this.#followers.get(room) !== follower) return Effect.void
            this.#followers.delete(room)
            return tell({ type: "unsubscribe", room })
          })
      )
    )
  }

  /** Takes in what the desk says of a room; gives what is to be answered: after an error not at once. */
  hear(frame: RoomFrame): ClientFrame | null {
    const follower = this.#followers.get(roomOf(frame))
    if (follower === undefined) return null
    const { news } = follower
    switch (frame.type) {
      case "subscribed":
        if (typeof frame.seq === "number") follower.last = Math.max(follower.last ?? 0, frame.seq)
        Queue.offerUnsafe(news, { _tag: "CaughtUp" })
        return null
      case "resync":
        follower.last = null
        Queue.offerUnsafe(news, { _tag: "Resync" })
        return subscription(follower)
      case "unsubscribed":
        // The answer to one's own leaving says no reason, and somebody may follow anew by now.
        if (frame.reason !== undefined) this.#refuse(follower, frame.reason)
        return null
      case "error":
        if (!final.includes(frame.code)) return subscription(follower)
        this.#refuse(follower, frame.code)
        return null
      case "presence":
        Queue.offerUnsafe(news, {
          _tag: "Presence",
          userIds: frame.users.map((user) => typeof user === "string" ? user : user.id)
        })
        return null
      case "typing":
        Queue.offerUnsafe(news, { _tag: "Typing", userId: frame.userId, typing: frame.typing })
        return null
      default: {
        const place = placeOf(frame)
        if (place === null || (follower.last !== null && place <= follower.last)) return null
        follower.last = place
        Queue.offerUnsafe(news, { _tag: "Event", event: frame })
        return null
      }
    }
  }

  /** What asks for a room from where it was left, if it is followed still. */
  subscriptionTo(room: string): ClientFrame | null {
    const follower = this.#followers.get(room)
    return follower === undefined ? null : subscription(follower)
  }

  #refuse(follower: Follower, code: string) {
    this.#followers.delete(follower.room)
    Queue.failCauseUnsafe(follower.news, Cause.fail(new RoomRefused({ room: follower.room, code })))
  }
}
