import { Metrics } from "@opsdesk/capabilities/Metrics"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { UserId } from "@opsdesk/kernel/Ids"
import { Cache, Clock, Context, Effect, Exit, Layer, Option } from "effect"
import type { Actor } from "./Actor.ts"
import { grantsOf } from "./Actor.ts"
import type { ActorRow } from "./RightsStore.ts"
import { RightsStore } from "./RightsStore.ts"

/** How long a program trusts the epoch it has read: a change made elsewhere is noticed within this time. */
const epochIsGoodFor = "250 millis"
/** How long what was read for an epoch is kept, though the epoch stands still. */
const rightsAreGoodFor = "5 seconds"
/** How long after a change of its own a program asks for the epoch each time: its transaction may still be open. */
const restlessMillis = 1000
const atMost = 10_000

/** Whom somebody says to be, at an epoch; text, as that is what is found at once. */
const claimOf = (epoch: number, userId: UserId, sessionId: string | null): string =>
  `${epoch} ${userId} ${sessionId ?? ""}`

const claimedIn = (claim: string) => {
  const [, userId = "", sessionId = ""] = claim.split(" ")
  return { userId: UserId.make(userId), sessionId: sessionId === "" ? null : sessionId }
}

const actorOf = ({ grants, roles, teamIds, userId }: ActorRow, sessionId: string | null): Actor => ({
  userId,
  sessionId,
  roles,
  teamIds: new Set(teamIds),
  grants: grantsOf(grants),
  apiTokenId: null
})

/**
 * What people may do, kept for as long as nothing changes it. Each such change moves one number in the database, in its
 * own transaction; what was read before the move is read anew. So a role, an account or a session that is taken away
 * stops working at once in the program that took it, and within a quarter of a second in all others.
 */
export class Rights extends Context.Service<Rights>()("@opsdesk/access/Rights", {
  make: Effect.gen(function*() {
    const { reading } = yield* Transaction
    const metrics = yield* Metrics
    const store = yield* RightsStore
    let restlessUntil = 0

    const [epoch, readAnew] = yield* Effect.cachedInvalidateWithTTL(
      reading(store.epoch),
      (exit) => Exit.isSuccess(exit) ? epochIsGoodFor : 0
    )

    const read = ({ sessionId, userId }: { readonly userId: UserId; readonly sessionId: string | null }) =>
      reading(store.actor(userId, sessionId)).pipe(
        Effect.map(([row]) => row === undefined ? Option.none<Actor>() : Option.some(actorOf(row, sessionId)))
      )

    const actors = yield* Cache.makeWith((claim: string) => read(claimedIn(claim)), {
      capacity: atMost,
      timeToLive: (exit) => Exit.isSuccess(exit) && Option.isSome(exit.value) ? rightsAreGoodFor : 0
    })

    /**
     * The person as they stand now, or none: unknown, deactivated, or the session named is not theirs or has ended.
     * Without a session (`null`) the account alone decides.
     */
    const actor = Effect.fnUntraced(function*(userId: UserId, sessionId: string | null) {
      if ((yield* Clock.currentTimeMillis) < restlessUntil) yield* readAnew
      const claim = claimOf(yield* epoch, userId, sessionId)
      metrics.cacheAsked("rights", (yield* Cache.has(actors, claim)) ? "hit" : "miss")
      return yield* Cache.get(actors, claim)
    })

    /** The person without a session, read at this moment whatever is kept. */
    const actorNow = (userId: UserId) => read({ userId, sessionId: null })

    /** Those of some people whose accounts are active, by id, as they stand at this moment: one statement for all. */
    const actorsNow = (userIds: ReadonlyArray<UserId>) =>
      Effect.map(
        reading(store.actors(userIds)),
        (rows) => new Map<UserId, Actor>(rows.map((row) => [row.userId, actorOf(row, null)]))
      )

    /** Belongs into the transaction of whatever changes what somebody may do. */
    const changed = store.moveEpoch

    /** Belongs after that transaction: this program shall see the change at once. */
    const forget = Effect.gen(function*() {
      restlessUntil = (yield* Clock.currentTimeMillis) + restlessMillis
      yield* readAnew
    })

    /** Somebody has seen the epoch move: what was read before is read anew, by whoever asks first. */
    const noticed = readAnew

    return { actor, actorNow, actorsNow, changed, forget, noticed }
  })
}) {
  static readonly layer = Layer.effect(Rights, Rights.make).pipe(Layer.provide(RightsStore.layer))
}
