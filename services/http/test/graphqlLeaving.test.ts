import { assert, layer } from "@effect/vitest"
import { CurrentActor, grantsOf } from "@opsdesk/access/Actor"
import { UserId } from "@opsdesk/kernel/Ids"
import { personIds } from "@opsdesk/testkit/people"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { Context, Effect, Layer } from "effect"
import { GraphDocuments } from "../src/graphql/documents.ts"
import { executed } from "../src/graphql/engine.ts"
import type { GraphDesks } from "../src/graphql/graphContext.ts"
import { graphOf } from "../src/graphql/graphContext.ts"
import { Within } from "../src/httpProgram.ts"

const carla = CurrentActor.of({
  userId: UserId.make(personIds.carla),
  sessionId: null,
  roles: ["customer"],
  teamIds: new Set(),
  grants: grantsOf([{ permission: "ticket:read", scope: "own" }]),
  apiTokenId: null
})

layer(Within.pipe(Layer.provideMerge(TestStack("peopled"))), { excludeTestServices: true })("an operation", (it) => {
  it.effect("whose client has left has failed at nothing that anybody must look into", () =>
    Effect.gen(function*() {
      const readDocument = yield* GraphDocuments
      const services = Context.add(yield* Effect.context<GraphDesks>(), CurrentActor, carla)
      const query = "{ tickets { nodes { title } } }"
      // The third time it is compiled.
      for (let times = 0; times < 3; times++) {
        const read = readDocument(query, {})
        if ("limit" in read) return assert.fail("beyond a limit")
        const complaints: Array<unknown> = []
        const { errors } = yield* Effect.promise(() =>
          executed({
            asked: { query, operationName: undefined, variables: {}, extensions: undefined },
            read,
            requestId: null,
            complain: (cause) => void complaints.push(cause),
            graph: graphOf({
              services,
              signal: AbortSignal.abort(),
              requestId: null,
              guest: Effect.never,
              until: null,
              idempotencyKey: undefined,
              note: { ticketId: () => {}, replayed: () => {} }
            })
          })
        )
        assert.deepStrictEqual(errors?.map(({ extensions }) => extensions["code"]), ["internal"])
        assert.deepStrictEqual(complaints, [])
      }
    }))
})
