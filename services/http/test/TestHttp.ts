import { AccessTokens } from "@opsdesk/capabilities/AccessTokens"
import { UserId } from "@opsdesk/kernel/Ids"
import { Readiness } from "@opsdesk/serving/Readiness"
import { Upgrades } from "@opsdesk/serving/Upgrades"
import type { Capabilities } from "@opsdesk/stack/runProgram"
import type { Person } from "@opsdesk/testkit/people"
import { personIds } from "@opsdesk/testkit/people"
import type { Template } from "@opsdesk/testkit/TestDatabase"
import { Quiet, TestStack } from "@opsdesk/testkit/TestDatabase"
import { Context, Effect, Layer, Redacted, Schema } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { exactAddresses, HttpProgram } from "../src/httpProgram.ts"

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON, or null where it is none. */
  readonly json: Json
}

/** JSON as `JSON.parse` types it: a test reads it without asking at each step what it is. */
export type Json = ReturnType<typeof JSON.parse>

export interface Ask {
  readonly as?: Person
  readonly token?: string
  /** Sent as JSON; a string is sent as it is. */
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

const decodeJson = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))

/** The whole HTTP program, without a port: requests go in and answers come out as they would on the wire. */
export class TestHttp extends Context.Service<TestHttp, {
  readonly ask: (method: string, path: string, ask?: Ask) => Effect.Effect<Answer>
  readonly tokenOf: (person: Person) => Effect.Effect<string>
  /** For clients that bring requests of their own. */
  readonly fetch: (request: Request) => Promise<Response>
}>()("@opsdesk/http/test/TestHttp") {
  /** On the stack around it, logging as told. */
  static readonly layerLogging = (logs: Layer.Layer<never>) =>
    Layer.effect(
      TestHttp,
      Effect.gen(function*() {
        // Merged, as the stack around it brings how it logs itself.
        const context = Context.merge(yield* Effect.context<Capabilities>(), yield* Layer.build(logs))
        const tokens = yield* AccessTokens
        const { handler } = yield* Effect.acquireRelease(
          Effect.sync(() =>
            HttpRouter.toWebHandler(
              HttpProgram.pipe(
                Layer.provide([Readiness.layer, Upgrades.layer]),
                Layer.provide(Layer.succeedContext(context)),
                Layer.provide(HttpServer.layerServices),
                Layer.provideMerge(logs)
              ),
              { disableLogger: true, routerConfig: exactAddresses }
            )
          ),
          ({ dispose }) => Effect.promise(dispose)
        )
        const known = new Map<Person, string>()
        const tokenOf = Effect.fnUntraced(function*(person: Person) {
          const kept = known.get(person)
          if (kept !== undefined) return kept
          const { token } = yield* Effect.orDie(
            tokens.issue({ userId: UserId.make(personIds[person]), sessionId: personIds[person] })
          )
          known.set(person, Redacted.value(token))
          return Redacted.value(token)
        })
        const ask = Effect.fnUntraced(function*(method: string, path: string, { as, body, headers, token }: Ask = {}) {
          const bearer = token ?? (as === undefined ? undefined : yield* tokenOf(as))
          const request = new Request(`http://desk.test${path}`, {
            method,
            headers: {
              ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
              ...(body === undefined ? {} : { "content-type": "application/json" }),
              ...headers
            },
            ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) })
          })
          const response = yield* Effect.promise(() => handler(request))
          const text = yield* Effect.promise(() => response.text())
          const decoded = decodeJson(text)
          const answer: Answer = {
            status: response.status,
            headers: response.headers,
            text,
            json: decoded._tag === "Some" ? decoded.value : null
          }
          return answer
        })
        return TestHttp.of({ ask, tokenOf, fetch: (request) => handler(request) })
      })
    )

  static readonly layerNoStack = TestHttp.layerLogging(Quiet)

  static readonly layer = (template: Template, server?: string, variables?: Record<string, string>) =>
    TestHttp.layerNoStack.pipe(Layer.provideMerge(TestStack(template, server, variables)))
}
