import { Effect, PubSub, Queue, RcRef, Schedule, Schema } from "effect"
import { SecureRandom } from "effect/crypto"
import { RoomBus, Whisper } from "./RoomBus.ts"

export type Channel = "wakes" | "whispers"

/** What a technology brings to a `RoomBus`: two channels on which every instance hears every instance, itself too. */
export interface Wire {
  readonly send: (channel: Channel, text: string) => Effect.Effect<void, unknown>
  /** Hears on both channels until that fails. `isHearing` is to be run once from then on nothing is missed. */
  readonly hear: (
    heard: (channel: Channel, text: string) => Effect.Effect<void>,
    isHearing: Effect.Effect<void>
  ) => Effect.Effect<never, unknown>
}

/** Between two hints of one instance at least. */
const pace = "15 millis"

/** Jittered, so that the instances of a desk do not all call at the same moment. */
const anotherTry = Schedule.spaced("500 millis").pipe(Schedule.jittered)

/** A whisper that does not get through at once is not worth waiting for. */
const patience = "2 seconds"

/** As JSON, in bytes: PostgreSQL takes 8,000, and what is larger than this is no whisper. */
const longest = 1000

const Json = Schema.fromJsonString(Whisper)
const encode = Schema.encodeEffect(Json)
const decode = Schema.decodeUnknownOption(Json)

/**
 * A room bus on a wire: hints are coalesced, what an instance has said it does not hear again, and whoever subscribes
 * keeps the wire open, which nobody does in a program that only speaks.
 */
export const roomBusOver = Effect.fnUntraced(function*(wire: Wire) {
  const random = yield* SecureRandom.SecureRandom
  const self = (yield* random.uuidV4()).slice(0, 8)
  // One hint says as much as many.
  const wakes = yield* PubSub.sliding<void>(1)
  const whispers = yield* PubSub.sliding<Whisper>(1024)
  const rung = yield* Queue.sliding<void>(1)

  const send = (channel: Channel, text: string) =>
    wire.send(channel, text).pipe(
      Effect.timeout(patience),
      Effect.catchCause((cause) => Effect.logDebug("a hint to other instances was not sent", cause))
    )

  const heard = (channel: Channel, text: string) => {
    const from = text.slice(0, self.length)
    if (from === self) return Effect.void
    if (channel === "wakes") return Effect.asVoid(PubSub.publish(wakes, undefined))
    const whisper = decode(text.slice(self.length))
    return whisper._tag === "None" ? Effect.void : Effect.asVoid(PubSub.publish(whispers, whisper.value))
  }

  let isSaid = false
  const hearing = wire.hear(
    heard,
    // What was said while nobody heard it is not said again.
    Effect.suspend(() => {
      isSaid = false
      return Effect.asVoid(PubSub.publish(wakes, undefined))
    })
  ).pipe(
    Effect.tapCause((cause) => {
      if (isSaid) return Effect.void
      isSaid = true
      return Effect.logWarning("hints of other instances are not heard", cause)
    }),
    Effect.sandbox,
    Effect.retry(anotherTry)
  )
  const ear = yield* RcRef.make({ acquire: Effect.forkScoped(hearing) })

  yield* Effect.forkScoped(Effect.forever(
    Queue.take(rung).pipe(Effect.andThen(send("wakes", self)), Effect.andThen(Effect.sleep(pace)))
  ))

  return RoomBus.of({
    wake: Effect.sync(() => {
      PubSub.publishUnsafe(wakes, undefined)
      Queue.offerUnsafe(rung, undefined)
    }),
    wakes: Effect.tap(PubSub.subscribe(wakes), () => RcRef.get(ear)),
    whisper: (whisper) =>
      Effect.flatMap(Effect.orDie(encode(whisper)), (json) =>
        new TextEncoder().encode(json).length > longest
          ? Effect.logWarning("a whisper was too long to be sent")
          : send("whispers", self + json)),
    whispers: Effect.tap(PubSub.subscribe(whispers), () => RcRef.get(ear))
  })
})
