import type { Unauthenticated } from "@opsdesk/access/AccessProblems"
import type { Actor } from "@opsdesk/access/Actor"
import type { DependencyUnavailable } from "@opsdesk/kernel/Problem"
import { Effect } from "effect"
import type { Guest } from "./Listener.ts"

/** A session tells the moment that it ends, and a token when that will be; this is for what tells neither. */
const whoHasSignedIn = 30_000
/** The end of an API token is told to nobody: it is asked for each time that one might hear something. */
const machine = 500

/** Somebody who has come in by a credential, for as long as it lets them in. Fails where it does not. */
export const guestBy = Effect.fnUntraced(function*(
  authenticate: Effect.Effect<Actor, Unauthenticated | DependencyUnavailable>
) {
  let actor: Actor | null = yield* authenticate
  const guest: Guest = {
    actor: () => actor,
    refresh: authenticate.pipe(
      Effect.map((found) => void (actor = found)),
      Effect.catchTag("Unauthenticated", () => Effect.sync(() => void (actor = null))),
      // Nobody is let in meanwhile, and nothing is heard from a database that is away.
      Effect.catchTag("DependencyUnavailable", () => Effect.void)
    ),
    goodFor: actor.apiTokenId === null ? whoHasSignedIn : machine
  }
  return guest
})
