import { assert, it } from "@effect/vitest"
import { Desk } from "@opsdesk/client/Desk"
import { OpsDesk } from "@opsdesk/client/OpsDesk"
import { Session } from "@opsdesk/client/Session"
import { troubleOf } from "@opsdesk/client/troubleOf"
import { TeamId, UserId } from "@opsdesk/kernel/Ids"
import { Effect, Layer } from "effect"
import type { Asked, Script } from "./OwnDesk.ts"
import { ownDesk, problem } from "./OwnDesk.ts"

type Use<A, E> = (desk: Effect.Success<ReturnType<typeof ownDesk>>) => Effect.Effect<A, E, OpsDesk | Session>

/** Somebody at a desk of the test's own. */
const at = <A, E>(script: Script, use: Use<A, E>, expiresIn?: number) =>
  Effect.gen(function*() {
    const desk = yield* ownDesk(script, expiresIn)
    return yield* use(desk).pipe(
      Effect.provide(OpsDesk.layer.pipe(Layer.provide(Layer.succeed(Desk, { baseUrl: desk.baseUrl }))))
    )
  }).pipe(Effect.scoped, Effect.timeout("20 seconds"))

const signedIn = <A, E>(script: Script, use: Use<A, E>, expiresIn?: number) =>
  at(script, (desk) =>
    Effect.gen(function*() {
      const session = yield* Session
      yield* session.signIn("ada@test.local", "secret")
      return yield* use(desk)
    }), expiresIn)

const teams = { status: 200, body: { data: [], page: { limit: 20, nextCursor: null } } }
const team = {
  status: 201,
  body: { data: { id: "0198c7a2-0000-7000-8000-0000000000a1", name: "Support", memberIds: [] } },
  headers: { location: "/v1/teams/0198c7a2-0000-7000-8000-0000000000a1" }
}

const listTeams = Effect.flatMap(OpsDesk, ({ rest }) => rest.teams.listTeams({ query: { limit: 20 } }))
const makeTeam = Effect.flatMap(OpsDesk, ({ rest }) => rest.teams.createTeam({ payload: { name: "Support" } }))

const keysOf = (asked: ReadonlyArray<Asked>, path: string) =>
  asked.filter((one) => one.path === path).map(({ headers }) => headers["idempotency-key"])

/** Fails a few times before it answers. */
const after = (times: number, failure: ReturnType<NonNullable<Script["answer"]>>, path: string, answer: object) => {
  let left = times
  return (asked: Asked) => asked.path !== path ? undefined : left-- > 0 ? failure : { ...teams, ...answer }
}

it.live("a list is asked for again while the desk is away, with the token of the session", () =>
  signedIn({ answer: after(2, "cut", "/v1/teams", teams) }, ({ asked }) =>
    Effect.gen(function*() {
      assert.deepStrictEqual((yield* listTeams).data, [])
      const tries = asked.filter(({ path }) => path === "/v1/teams")
      assert.deepStrictEqual(tries.map(({ headers }) => headers.authorization), Array(3).fill("Bearer access-1"))
    })))

it.live("who has heard of something is not answered with what was kept before", () =>
  signedIn({ answer: ({ path }) => path === "/v1/teams" ? teams : undefined }, ({ asked }) =>
    Effect.gen(function*() {
      yield* listTeams
      yield* Effect.flatMap(OpsDesk, ({ afresh }) => afresh(listTeams))
      const directives = asked.filter(({ path }) => path === "/v1/teams").map(({ headers }) => headers["cache-control"])
      assert.deepStrictEqual(directives, [undefined, "no-cache"])
    })))

it.live("what is made is asked for again under the same key, and each thing under a key of its own", () =>
  signedIn(
    { answer: after(1, problem(503, "dependency-unavailable"), "/v1/teams", team) },
    ({ asked }) =>
      Effect.gen(function*() {
        yield* makeTeam
        yield* makeTeam
        const [first, again, another] = keysOf(asked, "/v1/teams")
        assert.strictEqual(first, again)
        assert.notStrictEqual(another, again)
        assert.isDefined(another)
      })
  ))

it.live("a change that has no key is not sent again", () =>
  signedIn(
    { answer: ({ method }) => method === "PUT" ? problem(503, "dependency-unavailable") : undefined },
    ({ asked }) =>
      Effect.gen(function*() {
        const { rest } = yield* OpsDesk
        const params = { id: TeamId.make(team.body.data.id), userId: UserId.make(team.body.data.id) }
        const error = yield* Effect.flip(rest.teams.addTeamMember({ params }))
        assert.strictEqual(troubleOf(error).code, "dependency-unavailable")
        assert.strictEqual(asked.filter(({ method }) => method === "PUT").length, 1)
      })
  ))

it.live("a token that the desk refuses is replaced once, and the request sent again", () =>
  signedIn({
    answer: ({ headers, path }) =>
      path !== "/v1/teams"
        ? undefined
        : headers.authorization === "Bearer access-1"
        ? problem(401, "unauthenticated")
        : teams
  }, ({ asked }) =>
    Effect.gen(function*() {
      yield* listTeams
      assert.deepStrictEqual(asked.map(({ path }) => path), [
        "/v1/auth/login",
        "/v1/teams",
        "/v1/auth/refresh",
        "/v1/teams"
      ])
    })))

it.live("of many requests that come when the token has run out, one renews it for all", () =>
  signedIn(
    { answer: ({ path }) => path === "/v1/teams" ? teams : undefined },
    ({ asked }) =>
      Effect.gen(function*() {
        yield* Effect.all(Array.from({ length: 8 }, () => listTeams), { concurrency: "unbounded" })
        const spent = asked.filter(({ path }) => path === "/v1/auth/refresh").map(({ body }) => body.refreshToken)
        assert.strictEqual(new Set(spent).size, spent.length, "a refresh token was used twice")
      }),
    1
  ))

it.live("an answer to a refresh that was lost is asked for again under the same key", () => {
  let lost = 2
  return signedIn({
    answer: ({ path }) => path === "/v1/teams" ? teams : path === "/v1/auth/refresh" && lost-- > 0 ? "cut" : undefined
  }, ({ asked }) =>
    Effect.gen(function*() {
      yield* listTeams
      const keys = keysOf(asked, "/v1/auth/refresh")
      assert.deepStrictEqual(keys, Array(3).fill(keys[0]))
      assert.isDefined(keys[0])
    }), 1)
})

it.live("what is kept of a session goes on with it, once", () =>
  signedIn({ answer: ({ path }) => path === "/v1/teams" ? teams : undefined }, () =>
    Effect.gen(function*() {
      const session = yield* Session
      const kept = yield* session.kept
      yield* session.forget
      assert.strictEqual((yield* Effect.flip(session.open()))._tag, "SignedOut")
      assert.isNotNull(kept)
      if (kept === null) return
      yield* session.restore(kept)
      yield* listTeams
      yield* session.forget
      const error = yield* Effect.flip(session.restore({ ...kept, attempt: "another" }))
      assert.strictEqual(error._tag, "SignedOut")
    })))

it.live("who signs out is signed out here even if the desk cannot be told", () =>
  signedIn({ answer: ({ path }) => path === "/v1/auth/logout" ? "cut" : undefined }, () =>
    Effect.gen(function*() {
      const { signOut } = yield* OpsDesk
      const session = yield* Session
      assert.strictEqual(troubleOf(yield* Effect.flip(signOut)).code, "unreachable")
      assert.isNull(yield* session.kept)
    })))

it.live("a problem says what is wrong with which field, and who nobody answers is told that", () =>
  at({
    answer: () => ({
      ...problem(400, "validation-failed"),
      body: {
        ...problem(400, "validation-failed").body,
        errors: [{ pointer: "/email", detail: "must be short" }]
      }
    })
  }, () =>
    Effect.gen(function*() {
      const session = yield* Session
      const trouble = troubleOf(yield* Effect.flip(session.signIn("ada", "secret")))
      assert.deepStrictEqual([trouble.code, trouble.requestId], ["validation-failed", "r-1"])
      assert.deepStrictEqual([...trouble.fields], [["email", "must be short"]])
    })))
