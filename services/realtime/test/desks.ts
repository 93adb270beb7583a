import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { AccessTokens } from "@opsdesk/capabilities/AccessTokens"
import type { TicketId } from "@opsdesk/kernel/Ids"
import { MessageDesk } from "@opsdesk/messages/MessageDesk"
import { Operations } from "@opsdesk/serving/Operations"
import { Readiness } from "@opsdesk/serving/Readiness"
import { Upgrades } from "@opsdesk/serving/Upgrades"
import { Database } from "@opsdesk/stack/Database"
import { Stack } from "@opsdesk/stack/Stack"
import { as, userIdOf } from "@opsdesk/testkit/actors"
import type { Person } from "@opsdesk/testkit/people"
import { personIds } from "@opsdesk/testkit/people"
import { Quiet, TestDatabase, TestSettings } from "@opsdesk/testkit/TestDatabase"
import { TicketDesk } from "@opsdesk/tickets/TicketDesk"
import { AccountDesk } from "@opsdesk/users/AccountDesk"
import { TeamDesk } from "@opsdesk/users/TeamDesk"
import { Context, Effect, Exit, Layer, Redacted, Scope } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { createServer } from "node:http"
import { RealtimeProgram } from "../src/realtimeProgram.ts"

/** One realtime program of a desk, in this process but with a stack of its own, as if it were another. */
export interface Instance {
  readonly port: number
  readonly url: string
  readonly stop: Effect.Effect<void>
}

const Server = Layer.unwrap(
  Effect.map(Upgrades, (upgrades) =>
    NodeHttpServer.layer(() => upgrades.serve(createServer()), {
      host: "127.0.0.1",
      port: 0,
      gracefulShutdownTimeout: "1 second"
    }))
)

const Program = RealtimeProgram.pipe(
  Layer.provideMerge(HttpRouter.serve(Operations, { disableLogger: true, disableListenLog: true })),
  Layer.provideMerge(Server),
  Layer.provide([Readiness.layer, Upgrades.layer])
)

/** Starts one on the suite's database. */
export const start = Effect.fnUntraced(function*(variables: Record<string, string> = {}) {
  const database = yield* Database
  const scope = yield* Effect.acquireRelease(Scope.make(), (made) => Scope.close(made, Exit.void))
  const context = yield* Layer.buildWithMemoMap(
    Layer.fresh(
      Program.pipe(
        Layer.provide(Stack("realtime-test")),
        Layer.provide(Layer.succeed(Database, database)),
        Layer.provide(TestSettings(variables)),
        Layer.provideMerge(Quiet)
      )
    ),
    yield* Layer.makeMemoMap,
    scope
  ).pipe(Effect.orDie)
  const { address } = Context.get(context, HttpServer.HttpServer)
  if (address._tag === "UnixPathAddress") return yield* Effect.die(new Error("no port"))
  const instance: Instance = {
    port: address.port,
    url: `ws://127.0.0.1:${address.port}/ws`,
    stop: Scope.close(scope, Exit.void)
  }
  return instance
})

/** The desks that change what the sockets tell of, as another program of the same desk. */
export const Desk = Layer.mergeAll(TicketDesk.layer, MessageDesk.layer, TeamDesk.layer, AccountDesk.layer).pipe(
  Layer.provideMerge(Stack("test")),
  Layer.provideMerge(TestDatabase("peopled")),
  Layer.provideMerge(TestSettings()),
  Layer.provideMerge(Quiet)
)

export const tokenOf = (person: Person) =>
  Effect.gen(function*() {
    const tokens = yield* AccessTokens
    const { token } = yield* Effect.orDie(tokens.issue({ userId: userIdOf(person), sessionId: personIds[person] }))
    return Redacted.value(token)
  })

export const opened = (teamId?: Parameters<TicketDesk["Service"]["open"]>[0]["teamId"]) =>
  Effect.gen(function*() {
    const desk = yield* TicketDesk
    const ticket = yield* desk.open({
      title: "No sound",
      description: "",
      type: "incident",
      priority: "normal",
      ...(teamId === undefined ? {} : { teamId })
    }).pipe(as("carla"), Effect.orDie)
    return ticket.id
  })

export const say = (ticketId: TicketId, body: string, visibility: "public" | "internal" = "public") =>
  Effect.flatMap(MessageDesk, (desk) => desk.send(ticketId, { body, visibility })).pipe(as("ada"), Effect.orDie)
