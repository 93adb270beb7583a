import { assert, layer } from "@effect/vitest"
import { Api } from "@opsdesk/api/Api"
import { endpointsOf } from "@opsdesk/api/described"
import { Stack } from "@opsdesk/stack/Stack"
import { OwnPostgres } from "@opsdesk/testkit/OwnPostgres"
import { emailOf, passwordOf, personIds, teamIds } from "@opsdesk/testkit/people"
import { permissionMatrix } from "@opsdesk/testkit/permissionMatrix"
import { Quiet, TestSettings } from "@opsdesk/testkit/TestDatabase"
import { Effect, Layer, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { nothing } from "./freshThings.ts"
import { done, opened } from "./onRecord.ts"
import type { Answer, Ask } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

const Program = TestHttp.layerNoStack.pipe(
  Layer.provideMerge(Stack("test")),
  Layer.provideMerge(TestSettings()),
  Layer.provideMerge(Quiet)
)

const Suite = Program.pipe(Layer.provideMerge(OwnPostgres.layer))

/** Answered from what the program holds already. */
const needsNothing = new Set([
  "auth.keys",
  // Answered out of the settings, on a desk without a provider.
  "oidc.signInConfig",
  "oidc.startSignIn",
  "oidc.finishSignIn",
  "oidc.takeSession"
])

/** Two limits of six seconds, one for who asks and one for what is asked, and some air. */
const limit = "15 seconds"

/** One request to every endpoint that needs the database, by somebody who may ask for anything. */
const requests = (
  ticket: string,
  token: string
): ReadonlyArray<readonly [operation: string, method: string, path: string, Ask]> =>
  [...endpointsOf(Api)].flatMap(([operation, { method, path }]) => {
    if (needsNothing.has(operation)) return []
    const [errand] = permissionMatrix[operation] ?? []
    const address = path
      .replace("/tickets/:id", `/tickets/${ticket}`)
      .replace("/users/:id", `/users/${personIds.amir}`)
      .replace("/teams/:id", `/teams/${teamIds.Support}`)
      .replace(":userId", personIds.nora)
      .replace(":messageId", nothing)
    const body = errand?.own === "password"
      ? { email: emailOf("ada"), password: passwordOf("ada") }
      : errand?.own === "refresh token"
      ? { refreshToken: "a".repeat(43) }
      : errand?.body?.("outage")
    return [[operation, method, address, {
      ...(errand?.own === "password" || errand?.own === "refresh token" ? {} : { token }),
      ...(body === undefined ? {} : { body })
    }]]
  })

/** What of an answer is not as it must be while the database is away, or nothing. */
const faultIn = (answer: Answer): string | null => {
  if (answer.status !== 503) return `${answer.status} ${answer.text.slice(0, 200)}`
  if (answer.json?.code !== "dependency-unavailable") return `not a problem of ours: ${answer.text}`
  if (answer.headers.get("content-type") !== "application/problem+json") return "not a problem document"
  return /^[1-9]\d*$/.test(answer.headers.get("retry-after") ?? "") ? null : "does not say when to come again"
}

const askAll = Effect.fnUntraced(function*(ticket: string, token: string) {
  const { ask } = yield* TestHttp
  const faults = yield* Effect.forEach(
    requests(ticket, token),
    ([operation, method, path, what]) =>
      ask(method, path, what).pipe(
        Effect.map(faultIn),
        Effect.timeoutOrElse({ duration: limit, orElse: () => Effect.succeed(`no answer within ${limit}`) }),
        Effect.map((fault) => fault === null ? [] : [`${operation}: ${fault}`])
      ),
    { concurrency: "unbounded" }
  )
  return faults.flat()
})

const ready = Effect.flatMap(TestHttp, ({ ask }) => ask("GET", "/health/ready"))

/** Waits until the program is ready by itself. */
const recovered = ready.pipe(
  Effect.repeat({ schedule: Schedule.spaced("100 millis"), until: ({ status }) => status === 200 }),
  Effect.timeoutOrElse({ duration: "60 seconds", orElse: () => Effect.die(new Error("it is never ready again")) })
)

const ticketsThere = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  return yield* sql<{ id: string; title: string }>`select id, title from tickets order by number`
})

/** The whole story of an outage, whatever has gone away and comes back. */
const story = Effect.fnUntraced(function*<E, R, E2, R2>(
  takeAway: Effect.Effect<void, E, R>,
  giveBack: Effect.Effect<void, E2, R2>
) {
  const { ask, tokenOf } = yield* TestHttp
  yield* recovered
  const { id } = yield* opened("carla")
  const before = yield* ticketsThere
  assert.strictEqual((yield* ask("GET", "/v1/tickets", { as: "alex" })).status, 200)

  yield* takeAway
  // So long a program trusts what it has read of people's rights.
  yield* Effect.sleep("300 millis")
  assert.deepStrictEqual(yield* askAll(id, yield* tokenOf("alex")), [])
  // Its own limit is 2 seconds; whoever asks need not wait until a silent server has let go.
  const probe = yield* Effect.timeout(ready, "4 seconds")
  assert.deepStrictEqual(
    [
      probe.status,
      probe.json.status,
      probe.json.dependencies.map(({ name, status }: typeof probe.json) => [name, status])
    ],
    [503, "down", [["postgres", "down"], ["schema", "down"]]]
  )
  assert.isString(probe.json.dependencies[0].detail)
  for (const path of ["/health", "/health/live", "/metrics", "/openapi.json"]) {
    assert.strictEqual((yield* ask("GET", path)).status, 200, path)
  }

  yield* giveBack
  yield* recovered
  assert.deepStrictEqual(yield* ticketsThere, before, "what was refused has happened")
  yield* done("PATCH", `/v1/tickets/${id}/status`, { as: "alex", body: { status: "closed" } })
})

const patience = 120_000

layer(Suite, { excludeTestServices: true, timeout: patience })(
  "while PostgreSQL is away, everybody hears just that",
  (it) => {
    it.effect("when it has died, until it is started again", () =>
      Effect.gen(function*() {
        const { comeBack, die } = yield* OwnPostgres
        yield* story(die, comeBack)
      }), patience)

    it.effect("when the network has gone, until it is back", () =>
      Effect.gen(function*() {
        const { way } = yield* OwnPostgres
        yield* story(Effect.sync(way.fallSilent), Effect.sync(way.speakAgain))
      }), patience)

    it.effect("when it is frozen, until it moves again", () =>
      Effect.gen(function*() {
        const { freeze, thaw } = yield* OwnPostgres
        yield* story(freeze, thaw)
      }), patience)

    it.effect(
      "when their program has started meanwhile and has not seen a key yet, until the database is there",
      () =>
        Effect.gen(function*() {
          const { comeBack, die } = yield* OwnPostgres
          const { tokenOf } = yield* TestHttp
          const token = yield* tokenOf("alex")
          const { id } = yield* opened("carla")
          yield* die
          yield* Effect.gen(function*() {
            const { ask } = yield* TestHttp
            assert.deepStrictEqual(yield* askAll(id, token), [])
            assert.isNull(faultIn(yield* ask("GET", "/.well-known/jwks.json")))
            yield* comeBack
            yield* recovered
            yield* done("GET", `/v1/tickets/${id}`, { token })
          }).pipe(Effect.provide(Program, { local: true }))
        }),
      patience
    )
  }
)
