import type { Actor } from "@opsdesk/access/Actor"
import type { Standing } from "@opsdesk/capabilities/KeptAnswers"
import { KeptAnswers } from "@opsdesk/capabilities/KeptAnswers"
import { Transaction } from "@opsdesk/capabilities/Transaction"
import { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import { Settings } from "@opsdesk/stack/Settings"
import { Context, Effect, Layer, Redacted, Semaphore } from "effect"

/** 1 to 255 visible characters of ASCII. */
const sane = /^[!-~]{1,255}$/

export const isSaneKey = (key: string): boolean => sane.test(key)

export const insaneKey = "must be 1 to 255 visible characters of ASCII"

const utf8 = (text: string) => new TextEncoder().encode(text)

/** As long as a transaction waits for a connection. */
const longestWait = "6 seconds"

/** Holds work back until there is room, so that whoever waits holds no connection; fails for whoever waits in vain. */
const inRoom = (room: Semaphore.Semaphore) => <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    let hasBegun = false
    const begun = Effect.suspend(() => {
      hasBegun = true
      return work
    })
    const inVain = Effect.suspend(() =>
      hasBegun ? Effect.never : Effect.fail(new DependencyUnavailable({ dependency: "postgres" }))
    )
    return Effect.raceFirst(room.withPermits(1)(begun), Effect.andThen(Effect.sleep(longestWait), inVain))
  })

/** One request under a key of its client's. */
export interface Keyed {
  readonly actor: Actor
  readonly key: string
  /** Everything that two requests must share to be the same. */
  readonly request: string
}

/**
 * What is answered under a key takes effect once, whichever interface it comes through. It is answered inside one
 * transaction with the row that keeps its answer, so that a refusal, a crash or a lost connection frees the key, and a
 * lost reply does not.
 */
export class Once extends Context.Service<Once>()("@opsdesk/http/Once", {
  make: Effect.gen(function*() {
    const { atomic } = yield* Transaction
    const answers = yield* KeptAnswers
    const { pool } = yield* Settings
    // What is answered under a key holds a connection all the while; the other half of them is everybody else's.
    const room = yield* Semaphore.make(Math.max(1, Math.floor(pool / 2)))

    const answered = <A, E, R>(
      { actor, key, request }: Keyed,
      answer: (standing: Standing) => Effect.Effect<A, E, R>
    ) =>
      answers.begin({
        userId: actor.userId,
        // An answer may hold a secret: a key is that of all one's sessions, or of one API token.
        key: Redacted.make(`${actor.apiTokenId ?? "session"} ${key}`),
        request: utf8(request)
      }).pipe(
        Effect.flatMap(answer),
        atomic,
        inRoom(room)
      )

    return { answered }
  })
}) {
  static readonly layer = Layer.effect(Once, Once.make)
}
