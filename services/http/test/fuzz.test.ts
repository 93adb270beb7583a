import { assert, layer } from "@effect/vitest"
import { openApiFaults, pointerTo } from "@opsdesk/testkit/openApiFaults"
import type { Person } from "@opsdesk/testkit/people"
import { emailOf, passwordOf, personIds, teamIds } from "@opsdesk/testkit/people"
import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import * as fc from "fast-check"
import { aDeadLetter, aNotification } from "./freshThings.ts"
import type { Named, Operation, Sent } from "./fuzzed.ts"
import { invalid, misaddressed, operationsOf, stray, valid } from "./fuzzed.ts"
import type { Answer, Json } from "./TestHttp.ts"
import { TestHttp } from "./TestHttp.ts"

const people = ["alex", "ada", "carla", null] as const satisfies ReadonlyArray<Person | null>

/** A failure prints its seed and path; set both to go through it again. */
const seed = process.env["FUZZ_SEED"]
const path = process.env["FUZZ_PATH"]
const replay = { ...(seed === undefined ? {} : { seed: Number(seed) }), ...(path === undefined ? {} : { path }) }

/** Passwords are slow to hash, on purpose. */
const slow = ["auth.login", "session.logout", "users.createUser", "users.updateUser"]
/** This desk knows no provider of identities; with one, `signInAtProvider.test.ts` sends them whatever comes in. */
const atProvider = ["oidc.startSignIn", "oidc.finishSignIn", "oidc.takeSession"]

/** Takes no body, and minds none: whoever signs out is not kept in. */
const passesOver = ["session.logout"]

/** A part of what `pnpm test:faults` tries: each time with other seeds. */
const share = process.env["OPSDESK_FAULTS"] === "all" ? 1 : 0.4

/** Whoever has not signed in hears the same each time. */
const runsOf = ({ id }: Operation, person: Person | null, many: number) => ({
  numRuns: Math.ceil(many * share * (slow.includes(id) || person === null ? 0.2 : 1)),
  ...replay
})

const session = Effect.fnUntraced(function*(person: Person) {
  const { ask } = yield* TestHttp
  const { json } = yield* ask("POST", "/v1/auth/login", {
    body: { email: emailOf(person), password: passwordOf(person) }
  })
  const { accessToken, refreshToken }: Record<"accessToken" | "refreshToken", string> = json.data
  return { accessToken, refreshToken }
})

/** Some tickets, with messages, and everybody but those who call: they are to stay what they are. */
const populated = Effect.fnUntraced(function*(document: Json, operation: Operation) {
  const { ask } = yield* TestHttp
  const tickets: Array<string> = []
  const messages: Array<string> = []
  for (const [as, teamId] of [["carla", teamIds.Support], ["carla", null], ["carla", teamIds.Network]] as const) {
    const opened = yield* ask("POST", "/v1/tickets", { as, body: { title: "Printer", description: "", teamId } })
    const { id, number } = opened.json.data
    tickets.push(id, String(number))
    for (const visibility of ["public", "internal"]) {
      const said = yield* ask("POST", `/v1/tickets/${id}/messages`, { as: "alex", body: { body: "Hm", visibility } })
      messages.push(said.json.data.id)
    }
  }
  // A password takes its time.
  const refreshTokens = operation.id === "auth.refresh" ? [(yield* session("carla")).refreshToken] : ["none"]
  const users = [personIds.amir, personIds.nora, personIds.chris, personIds.dora]
  const teams = [teamIds.Support, teamIds.Network]
  const roles: Array<string> = []
  for (const name of ["left", "right"]) {
    const answer = yield* ask("POST", "/v1/roles", {
      as: "alex",
      body: { name: `${name}-${tickets[0]?.slice(-12)}`, permissions: [] }
    })
    roles.push(answer.json.data.id)
  }
  const apiTokens: Array<string> = []
  // Somebody may have a hundred; those made by what was tried before are of no use any more.
  const sql = yield* SqlClient.SqlClient
  yield* sql`delete from api_tokens`
  for (const as of ["alex", "alex", "carla", "carla"] as const) {
    const scopes = [{ permission: "ticket:read", scope: "own" }]
    const answer = yield* ask("POST", "/v1/api-tokens", { as, body: { name: "Fuzz", scopes } })
    apiTokens.push(answer.json.data.id)
  }
  const notifications = yield* Effect.forEach(
    ["alex", "carla"] as const,
    (person) => aNotification(personIds[person], tickets[0] ?? "", "Printer")
  )
  const deadLetters = yield* Effect.forEach(["one", "two", "three"], aDeadLetter)
  const known = {
    RoleName: ["customer", "agent", "admin"],
    TeamId: teams,
    UserId: users,
    TicketId: tickets.slice(0, 1)
  }
  const ids = [...users, ...teams]
  const named: Named = {
    document,
    tickets,
    messages,
    users,
    callers: [personIds.alex, personIds.ada, personIds.carla],
    teams,
    roles,
    apiTokens,
    notifications,
    deadLetters,
    refreshTokens,
    known,
    ids
  }
  return named
})

class Fuzz extends Context.Service<Fuzz>()("@opsdesk/http/test/Fuzz", {
  make: Effect.gen(function*() {
    const http = yield* TestHttp
    const { ask, tokenOf } = http
    const document: Json = (yield* ask("GET", "/openapi.json")).json
    const faults = openApiFaults(document)
    for (const person of people) if (person !== null) yield* tokenOf(person)

    const send = ({ id, method }: Operation, { body, path, query }: Sent, as: Person | null) => {
      const parameters = query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
      return Effect.runPromise(
        Effect.gen(function*() {
          // Whoever signs out leaves a session of their own, not the one that everybody here goes on with.
          const who = as === null ? {} : id === "session.logout" ? { token: (yield* session(as)).accessToken } : { as }
          return yield* ask(method, path + (parameters.length === 0 ? "" : `?${parameters.join("&")}`), {
            ...who,
            ...(body === undefined ? {} : { body })
          })
        }).pipe(Effect.provideService(TestHttp, http))
      )
    }

    /** Whatever was asked: the answer is one that the document knows. */
    const isDocumented = ({ id, method, node, path }: Operation, answer: Answer, sent: Sent) => {
      const said = `${id} answers ${answer.status} ${answer.text.slice(0, 500)}`
      assert.isBelow(answer.status, 500, said)
      assert.isTrue(String(answer.status) in node.responses, said)
      const at = pointerTo("paths", path, method.toLowerCase(), "responses", String(answer.status), "content")
      if (answer.status === 204) return assert.strictEqual(answer.text, "", said)
      const type = answer.status < 400 ? "application/json" : "application/problem+json"
      assert.strictEqual(answer.headers.get("content-type"), type, said)
      assert.deepStrictEqual(faults(at + pointerTo(type, "schema"), answer.json), [], said)
      if (answer.status < 400) return
      assert.strictEqual(answer.json.status, answer.status)
      assert.strictEqual(answer.json.type, `/problems/${answer.json.code}`)
      assert.strictEqual(answer.json.requestId, answer.headers.get("x-request-id"))
      assert.strictEqual(answer.json.instance, new URL(`http://desk.test${sent.path}`).pathname)
    }

    const fits = ({ method, path }: Operation, body: Json) =>
      faults(
        pointerTo("paths", path, method.toLowerCase(), "requestBody", "content", "application/json", "schema"),
        body
      )
        .length === 0

    return {
      document,
      fits,
      isDocumented,
      operations: operationsOf(document).filter(({ id }) => !atProvider.includes(id)),
      send
    }
  })
}) {
  static readonly layer = Layer.effect(Fuzz, Fuzz.make).pipe(Layer.provideMerge(TestHttp.layer("peopled")))
}

const mustSignIn = ({ node }: Operation) => node.security.length > 0

const eachOperation = (
  check: (fuzz: Fuzz["Service"], operation: Operation, named: Named, person: Person | null) => Promise<void>,
  isMeant: (operation: Operation) => boolean = () => true
) =>
  Effect.gen(function*() {
    const fuzz = yield* Fuzz
    for (const operation of fuzz.operations.filter(isMeant)) {
      // Anew for each, so that what one operation does to a ticket is not in the way of the next.
      const named = yield* populated(fuzz.document, operation)
      for (const person of people) yield* Effect.promise(() => check(fuzz, operation, named, person))
    }
  })

layer(Fuzz.layer, { excludeTestServices: true, timeout: "120 seconds" })("whatever comes in", (it) => {
  it.effect(
    "a valid request gets an answer that the document knows, and each operation succeeds for somebody",
    () =>
      Effect.gen(function*() {
        const { operations } = yield* Fuzz
        const succeeded = new Set<string>()
        const hasFailed = ({ id }: Operation) => !succeeded.has(id)
        const trying =
          (many: number): Parameters<typeof eachOperation>[0] => ({ isDocumented, send }, operation, named, person) =>
            fc.assert(
              fc.asyncProperty(valid(operation, named), async (sent) => {
                const answer = await send(operation, sent, person)
                isDocumented(operation, answer, sent)
                if (person === null && mustSignIn(operation)) assert.strictEqual(answer.status, 401)
                if (answer.status >= 300) return
                succeeded.add(operation.id)
                const location = answer.headers.get("location")
                assert.strictEqual(location === null, answer.status !== 201)
                if (location === null) return
                // As the admin: whoever opens a ticket in another team's name need not see it any more. Tokens are one's own.
                const found = await send(
                  { ...operation, method: "GET" },
                  { path: location, query: [], body: undefined },
                  operation.id === "apiTokens.createApiToken" ? person : "alex"
                )
                assert.strictEqual(found.status, 200, `${location} answers ${found.status}`)
              }),
              runsOf(operation, person, many)
            )
        yield* eachOperation(trying(60))
        // Chance may have asked for nothing that could be done; so it does not go on.
        for (let more = 0; more < 5 && operations.some(hasFailed); more++) yield* eachOperation(trying(300), hasFailed)
        assert.deepStrictEqual(operations.filter(hasFailed).map(({ id }) => id), [])
      }),
    120_000
  )

  it.effect(
    "an invalid request is refused with the place of the fault, or asked to sign in first",
    () =>
      eachOperation(({ fits, isDocumented, send }, operation, named, person) =>
        fc.assert(
          fc.asyncProperty(invalid(operation, named, fits), async (sent) => {
            const answer = await send(operation, sent, person)
            isDocumented(operation, answer, sent)
            if (person === null && mustSignIn(operation)) return assert.strictEqual(answer.status, 401)
            assert.strictEqual(
              answer.status,
              400,
              `${operation.id} answers ${answer.status} ${answer.text.slice(0, 500)}`
            )
            assert.isAbove(answer.json.errors.length, 0)
            for (const { parameter, pointer } of answer.json.errors) {
              assert.isTrue(typeof pointer === "string" || parameter !== "", JSON.stringify(answer.json.errors))
            }
          }),
          runsOf(operation, person, 100)
        )
      ),
    120_000
  )

  it.effect(
    "a body that an operation does not take is refused as the document says",
    () =>
      eachOperation(async ({ isDocumented, send }, operation, named, person) => {
        const requests = stray(operation, named)
        if (requests === undefined) return
        await fc.assert(
          fc.asyncProperty(requests, async (sent) => {
            const answer = await send(operation, sent, person)
            isDocumented(operation, answer, sent)
            const refusals = person === null && mustSignIn(operation) ? [401] : [400, 413]
            assert.include([...refusals, ...(passesOver.includes(operation.id) ? [204] : [])], answer.status)
          }),
          runsOf(operation, person, 20)
        )
      }),
    120_000
  )

  it.effect(
    "an address that can name nothing is not found, whatever else is wrong",
    () =>
      eachOperation(async ({ isDocumented, send }, operation, named, person) => {
        const requests = misaddressed(operation, named)
        if (requests === undefined) return
        await fc.assert(
          fc.asyncProperty(requests, async (sent) => {
            const answer = await send(operation, sent, person)
            // An address may be made into another one by whoever sends it: `..` leads up.
            if (new URL(`http://desk.test${sent.path}`).pathname !== sent.path) return
            isDocumented(operation, answer, sent)
            assert.strictEqual(answer.status, person === null ? 401 : 404)
          }),
          runsOf(operation, person, 25)
        )
      }),
    120_000
  )
})
