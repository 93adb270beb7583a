import { layer } from "@effect/vitest"
import { RoomBus } from "@opsdesk/capabilities/RoomBus"
import { RedisRoomBus } from "@opsdesk/redis/RedisRoomBus"
import { Quiet } from "@opsdesk/testkit/TestDatabase"
import { wayTo } from "@opsdesk/testkit/wayTo"
import { whenReachable } from "@opsdesk/testkit/whenReachable"
import { Context, Effect, Layer, Redacted } from "effect"
import { SecureRandom } from "effect/crypto"
import { Instances, roomBusContract } from "../../../packages/capabilities/test/contracts/RoomBusContract.ts"

const OnRedis = (address: string) =>
  Layer.effect(
    Instances,
    Effect.gen(function*() {
      const at = new URL(address)
      const way = yield* wayTo(Number(at.port))
      at.port = String(way.port)
      const random = yield* SecureRandom.SecureRandom
      const prefix = `opsdesk-test-${yield* random.uuidV4()}:`
      const instance = RedisRoomBus({ url: Redacted.make(at.href), prefix }).pipe(
        Layer.provide(SecureRandom.layerWebCrypto),
        Layer.fresh
      )
      return Instances.of({
        start: Effect.map(Layer.build(instance), (context) => Context.get(context, RoomBus)),
        cut: Effect.sync(way.cut)
      })
    })
  ).pipe(Layer.provide(SecureRandom.layerWebCrypto), Layer.provideMerge(Quiet))

whenReachable("redis", (url) => roomBusContract(layer(OnRedis(url), { excludeTestServices: true })))
