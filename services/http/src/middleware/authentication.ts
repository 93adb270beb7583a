import { AccessDesk } from "@opsdesk/access/AccessDesk"
import { Unauthenticated } from "@opsdesk/access/AccessProblems"
import type { Actor } from "@opsdesk/access/Actor"
import { CurrentActor } from "@opsdesk/access/Actor"
import { Authentication, EndpointAccess } from "@opsdesk/access/Authentication"
import { RateLimits } from "@opsdesk/capabilities/RateLimits"
import { Context, Effect, Layer, Redacted } from "effect"
import { withinLimits } from "./limits.ts"
import { nothingUnknown } from "./nothingUnknown.ts"
import { onlyIfNew } from "./onlyIfNew.ts"
import { makeOnlyOnce } from "./onlyOnce.ts"
import type { Facts } from "./RequestFacts.ts"
import { RequestFacts } from "./RequestFacts.ts"

/** Lets the request's log line name who asked. */
export const notedActor = (facts: Facts, { apiTokenId, sessionId, userId }: Actor): void => {
  facts.userId = userId
  facts.sessionId = sessionId ?? undefined
  facts.apiTokenId = apiTokenId ?? undefined
}

/** Puts the actor into the context of every endpoint that declares who may call it; one that does not answers nobody. */
export const AuthenticationRest = Layer.effect(
  Authentication,
  Effect.gen(function*() {
    const desk = yield* AccessDesk
    const onlyOnce = yield* makeOnlyOnce
    const limits = yield* RateLimits
    return Authentication.of({
      bearer: Effect.fnUntraced(function*(answer, { credential, endpoint }) {
        if (Context.getOrUndefined(endpoint.annotations, EndpointAccess) === undefined) {
          return yield* Effect.die(new Error(`${endpoint.identifier} does not declare who may call it`))
        }
        // Empty where the header is missing or is not `Bearer …`.
        if (Redacted.value(credential) === "") return yield* new Unauthenticated()
        const actor = yield* desk.authenticate(credential)
        const facts = yield* RequestFacts
        notedActor(facts, actor)
        yield* withinLimits(limits, actor.userId)
        return yield* nothingUnknown(onlyOnce(onlyIfNew(answer, endpoint), endpoint, actor), endpoint).pipe(
          Effect.provideService(CurrentActor, actor),
          Effect.annotateLogs("user_id", actor.userId)
        )
      })
    })
  })
)
