import { assert, describe, it, layer } from "@effect/vitest"
import { RoomBus } from "@opsdesk/capabilities/RoomBus"
import { RedisRoomBus } from "@opsdesk/redis/RedisRoomBus"
import { Quiet } from "@opsdesk/testkit/TestDatabase"
import { wayTo } from "@opsdesk/testkit/wayTo"
import { whenReachable } from "@opsdesk/testkit/whenReachable"
import { Context, Effect, Layer, PubSub, Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import { Instances, roomBusContract, typing } from "../../../packages/capabilities/test/contracts/RoomBusContract.ts"
import { Agreement } from "./fixtures/Agreement.ts"

/** Instances of a desk, and those of another on the same Redis. */
const desks = Effect.fnUntraced(function*(address: string) {
  const at = new URL(address)
  const way = yield* wayTo(Number(at.port))
  at.port = String(way.port)
  const random = yield* SecureRandom.SecureRandom
  const prefix = `opsdesk-test-${yield* random.uuidV4()}:`
  const start = (desk: string) =>
    RedisRoomBus({ url: Redacted.make(at.href), prefix }).pipe(
      Layer.provide([SecureRandom.layerWebCrypto, Agreement(desk)]),
      Layer.fresh,
      Layer.build,
      Effect.map((context) => Context.get(context, RoomBus))
    )
  return { start: start("desk"), startElsewhere: start("another desk"), cut: Effect.sync(way.cut) }
}, Effect.provide(SecureRandom.layerWebCrypto))

const OnRedis = (address: string) =>
  Layer.effect(Instances, Effect.map(desks(address), Instances.of)).pipe(Layer.provideMerge(Quiet))

whenReachable("redis", (url) => {
  roomBusContract(layer(OnRedis(url), { excludeTestServices: true }))

  describe("instances of two desks on one Redis", () => {
    it.live("hear nothing of each other", () =>
      Effect.gen(function*() {
        const { start, startElsewhere } = yield* desks(url)
        const [here, there, elsewhere] = [yield* start, yield* start, yield* startElsewhere]
        const [wakes, foreign] = [yield* there.wakes, yield* elsewhere.wakes]
        // Each is woken once when it begins to hear.
        yield* Effect.all([PubSub.take(wakes), PubSub.take(foreign)])
        yield* here.wake
        yield* PubSub.take(wakes)
        // Redis passes on in order: what is said now comes after it.
        const sibling = yield* startElsewhere
        yield* Effect.raceFirst(
          Effect.forever(Effect.andThen(sibling.whisper(typing), Effect.sleep("20 millis"))),
          PubSub.take(yield* elsewhere.whispers)
        )
        assert.lengthOf(yield* PubSub.takeUpTo(foreign, Number.POSITIVE_INFINITY), 0)
      }).pipe(Effect.provide(Quiet), Effect.scoped))
  })
})
