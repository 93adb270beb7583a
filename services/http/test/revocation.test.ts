import { assert, layer } from "@effect/vitest"
import { personIds, teamIds } from "@opsdesk/testkit/people"
import { Clock, Context, Effect, Fiber, Layer, Schedule } from "effect"
import type { Ask } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

const thorough = process.env["OPSDESK_FAULTS"] === "all"

/** In `pnpm test:faults` as many as the promise says. */
const trials = thorough ? 200 : 20

/**
 * What is promised: so long after a right has been taken away nobody uses it any more, whichever program they ask. A right
 * is used when a request that is let in was made: how long a busy machine takes to answer it is not counted.
 */
const promisedMillis = 1000

/** A second program of the same desk, with a memory of its own. */
class Elsewhere extends Context.Service<Elsewhere, TestHttp["Service"]>()("@opsdesk/http/test/Elsewhere") {
  static readonly layer = Layer.effect(
    Elsewhere,
    Effect.map(Layer.build(Layer.fresh(TestHttp.layerNoStack)), (context) => Context.get(context, TestHttp))
  )
}

interface Hired {
  readonly user: string
  readonly role: string
  readonly apiToken: string
}

interface Kind {
  readonly name: string
  /** Asked with the API token rather than the session's. */
  readonly asMachine?: true
  /** What works until then. */
  readonly path: (ticket: string) => string
  readonly takeAway: (of: Hired) => readonly [method: string, path: string, ask: Ask]
  readonly afterwards: number
}

const kinds: ReadonlyArray<Kind> = [
  {
    name: "a role",
    path: () => "/v1/users",
    takeAway: ({ user }) => ["PUT", `/v1/users/${user}/roles`, { as: "alex", body: { roles: ["customer"] } }],
    afterwards: 403
  },
  {
    name: "a team",
    path: (ticket) => `/v1/tickets/${ticket}`,
    takeAway: ({ user }) => ["DELETE", `/v1/teams/${teamIds.Network}/members/${user}`, { as: "alex" }],
    afterwards: 404
  },
  {
    name: "an account",
    path: () => "/v1/me",
    takeAway: ({ user }) => ["PATCH", `/v1/users/${user}`, { as: "alex", body: { active: false } }],
    afterwards: 401
  },
  {
    name: "a session",
    path: () => "/v1/me",
    takeAway: () => ["POST", "/v1/auth/logout", {}],
    afterwards: 401
  },
  {
    name: "a grant",
    path: () => "/v1/audit-events",
    takeAway: ({ role }) => ["PUT", `/v1/roles/${role}/permissions`, { as: "alex", body: { permissions: [] } }],
    afterwards: 403
  },
  {
    name: "an API token",
    asMachine: true,
    path: () => "/v1/me",
    takeAway: ({ apiToken }) => ["DELETE", `/v1/api-tokens/${apiToken}`, {}],
    afterwards: 401
  }
]

const Suite = Elsewhere.layer.pipe(Layer.provideMerge(TestHttp.layer("peopled")))

layer(Suite, { excludeTestServices: true })("what is taken away while it is used", (it) => {
  it.effect(
    `is gone at once where it was taken, and everywhere within a second, ${trials} times`,
    () =>
      Effect.gen(function*() {
        const { ask } = yield* TestHttp
        const elsewhere = yield* Elsewhere
        const lags: Array<{ readonly name: string; readonly millis: number }> = []
        const opened = yield* ask("POST", "/v1/tickets", {
          as: "alex",
          body: { title: "Seen by its team", description: "", teamId: teamIds.Network }
        })
        for (let trial = 0; trial < trials; trial++) {
          const kind = kinds[trial % kinds.length]
          assert(kind !== undefined)
          const [email, password] = [`trial${trial}@test.local`, "it may go on for now"]
          const permissions = [{ permission: "audit:read", scope: "any" }]
          const role = yield* ask("POST", "/v1/roles", { as: "alex", body: { name: `trial${trial}`, permissions } })
          const made = yield* ask("POST", "/v1/users", {
            as: "alex",
            body: { email, name: email, password, roles: ["agent", `trial${trial}`], teamIds: [teamIds.Network] }
          })
          const { json } = yield* ask("POST", "/v1/auth/login", { body: { email, password } })
          const session: string = json.data.accessToken
          const scopes = [{ permission: "user:read", scope: "any" }]
          const machine = yield* ask("POST", "/v1/api-tokens", { token: session, body: { name: email, scopes } })
          const token: string = kind.asMachine === true ? machine.json.data.token : session
          const path = kind.path(opened.json.data.id)
          for (const program of [ask, elsewhere.ask]) {
            assert.strictEqual((yield* program("GET", path, { token })).status, 200)
          }

          let lastLetIn = 0
          const refused = yield* Effect.gen(function*() {
            const askedAt = yield* Clock.currentTimeMillis
            const { status } = yield* elsewhere.ask("GET", path, { token })
            if (status !== kind.afterwards) lastLetIn = askedAt
            return status === kind.afterwards
          }).pipe(
            Effect.repeat({ schedule: Schedule.spaced("5 millis"), until: (isRefused) => isRefused }),
            Effect.timeout("20 seconds"),
            Effect.forkChild
          )
          const [method, address, request] = kind.takeAway({
            user: made.json.data.id,
            role: role.json.data.id,
            apiToken: machine.json.data.id
          })
          const taken = yield* ask(method, address, request.as === undefined ? { ...request, token: session } : request)
          const takenAt = yield* Clock.currentTimeMillis
          assert.isBelow(taken.status, 300, taken.text)
          assert.strictEqual((yield* ask("GET", path, { token })).status, kind.afterwards, `${kind.name}, here`)
          yield* Fiber.join(refused)
          lags.push({ name: kind.name, millis: Math.max(0, lastLetIn - takenAt) })
        }
        const slowest = lags.toSorted((a, b) => b.millis - a.millis).slice(0, 3)
        const told = slowest.map(({ millis, name }) => `${name}: ${millis} ms`).join(", ")
        if (thorough) yield* Effect.sync(() => void process.stdout.write(`slowest of ${trials} revocations: ${told}\n`))
        assert.lengthOf(lags, trials)
        assert.deepStrictEqual(lags.filter(({ millis }) => millis > promisedMillis), [])
      }),
    300_000
  )

  it.effect("does not come back with what a program has read before", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const elsewhere = yield* Elsewhere
      const path = `/v1/users/${personIds.amir}/roles`
      for (let round = 0; round < 5; round++) {
        yield* ask("PUT", path, { as: "alex", body: { roles: ["customer"] } })
        assert.strictEqual((yield* ask("GET", "/v1/users", { as: "amir" })).status, 403)
        yield* ask("PUT", path, { as: "alex", body: { roles: ["agent"] } })
        assert.strictEqual((yield* ask("GET", "/v1/users", { as: "amir" })).status, 200)
      }
      const soon = Schedule.spaced("10 millis").pipe(Schedule.upTo({ times: 100 }))
      const seen = yield* elsewhere.ask("GET", "/v1/users", { as: "amir" }).pipe(
        Effect.repeat({ schedule: soon, until: ({ status }) => status === 200 })
      )
      assert.strictEqual(seen.status, 200)
    }))
})
