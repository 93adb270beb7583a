import { assert, it as alone, layer } from "@effect/vitest"
import { KeepingStack } from "@opsdesk/testkit/KeepingStack"
import type { Person } from "@opsdesk/testkit/people"
import { personIds, teamIds } from "@opsdesk/testkit/people"
import { freePort, patience, run, scratchFolder, untilStatus } from "@opsdesk/testkit/RunningProgram"
import { Database, TestStack } from "@opsdesk/testkit/TestDatabase"
import { whenReachable } from "@opsdesk/testkit/whenReachable"
import { Effect, Layer, Redacted } from "effect"
import { fileURLToPath } from "node:url"
import { done, opened } from "./onRecord.ts"
import { TestHttp } from "./TestHttp.ts"

/** In `pnpm test:faults` as many as the promise says. */
const requests = process.env["OPSDESK_FAULTS"] === "all" ? 10_000 : 1000

const anew = { "cache-control": "no-cache" }

const Keeping = TestHttp.layerNoStack.pipe(Layer.provideMerge(KeepingStack("peopled")))

const countOf = Effect.fnUntraced(function*(cache: string, result: string) {
  const { ask } = yield* TestHttp
  const { text } = yield* ask("GET", "/metrics")
  const [, count = "0"] =
    new RegExp(`^opsdesk_cache_requests_total\\{cache="${cache}",result="${result}"\\} (\\d+)$`, "m").exec(text) ?? []
  return Number(count)
})

const same = Effect.fnUntraced(function*(path: string, as: Person, about: string) {
  const { ask } = yield* TestHttp
  const found = yield* ask("GET", path, { as })
  const made = yield* ask("GET", path, { as, headers: anew })
  const told = ({ headers, status, text }: typeof found) =>
    status === 200 ? { status, text, etag: headers.get("etag") } : { status }
  assert.deepStrictEqual(told(found), told(made), about)
})

layer(Keeping, { excludeTestServices: true })("what is kept of answers", (it) => {
  it.effect(
    `is never another's: ${requests} requests of two people, whose roles and tickets change meanwhile`,
    () =>
      Effect.gen(function*() {
        const tickets: Array<string> = []
        for (const person of ["carla", "chris", "ada", "nora"] as const) {
          for (const teamId of [null, teamIds.Support, teamIds.Network]) {
            tickets.push((yield* opened(person, { teamId })).id)
          }
        }
        const paths = [
          "/v1/tickets",
          "/v1/tickets?status=open",
          "/v1/tickets?assignee=me&status=in_progress,open",
          "/v1/tickets?requester=me&limit=2",
          "/v1/tickets?assignee=none&limit=3",
          `/v1/tickets?team=${teamIds.Support}&sort=-priority,number`,
          `/v1/tickets?team=none`,
          `/v1/tickets/${tickets[0]}`,
          `/v1/tickets/${tickets[4]}`
        ]
        const roles = [["customer"], ["agent"], ["agent", "customer"], ["admin"]]
        for (let at = 0; at < requests; at++) {
          const ticket = tickets[(at * 7) % tickets.length] ?? ""
          if (at % 50 === 49) {
            // For some time both may see the same, and still have cursors of their own.
            const change = Math.floor(at / 50)
            const person = change % 2 === 0 ? "chris" : "carla"
            yield* done("PUT", `/v1/users/${personIds[person]}/roles`, {
              as: "alex",
              body: { roles: roles[((change + 2) >> 1) % roles.length] }
            })
          } else if (at % 25 === 24) {
            const assigneeId = at % 3 === 0 ? null : at % 2 === 0 ? personIds.ada : personIds.nora
            yield* done("PUT", `/v1/tickets/${ticket}/assignee`, { as: "alex", body: { assigneeId } })
          } else if (at % 25 === 12) {
            yield* done("PATCH", `/v1/tickets/${ticket}`, {
              as: "alex",
              body: { title: `It is ${at}`, teamId: at % 2 === 0 ? teamIds.Support : teamIds.Network }
            })
          }
          yield* same(paths[(at >> 1) % paths.length] ?? "", at % 2 === 0 ? "carla" : "chris", `request ${at}`)
        }
        assert.isAbove(yield* countOf("lists", "hit"), requests / 4)
        assert.isAbove(yield* countOf("tickets", "hit"), requests / 50)
      }),
    patience
  )

  it.effect("is what it was, to the byte, until it changes; and spares whoever has it", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const { id, number } = yield* opened("carla")
      for (const path of [`/v1/tickets/${id}`, `/v1/tickets/${number}`, "/v1/tickets?requester=me"]) {
        const first = yield* ask("GET", path, { as: "carla" })
        const second = yield* ask("GET", path, { as: "carla" })
        assert.strictEqual(second.text, first.text)
        assert.strictEqual(second.headers.get("content-type"), first.headers.get("content-type"))
        const etag = first.headers.get("etag") ?? assert.fail("no ETag")
        const spared = yield* ask("GET", path, { as: "carla", headers: { "if-none-match": etag } })
        assert.deepStrictEqual([spared.status, spared.text], [304, ""])
        yield* done("PATCH", `/v1/tickets/${id}`, { as: "alex", body: { title: `Not at ${path}` } })
        const third = yield* ask("GET", path, { as: "carla", headers: { "if-none-match": etag } })
        assert.strictEqual(third.status, 200)
        assert.include(third.text, `Not at ${path}`)
      }
    }))

  it.effect("is found nine times in ten while other tickets change", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const [mine, others] = [yield* opened("carla"), yield* opened("chris")]
      yield* done("PUT", `/v1/tickets/${mine.id}/assignee`, { as: "alex", body: { assigneeId: personIds.ada } })
      yield* done("PUT", `/v1/tickets/${others.id}/assignee`, { as: "alex", body: { assigneeId: personIds.amir } })
      const paths = ["/v1/tickets?assignee=me&status=open", `/v1/tickets/${mine.id}`]
      const [hits, misses] = [yield* countOf("lists", "hit"), yield* countOf("lists", "miss")]
      for (let at = 0; at < 50; at++) {
        yield* done("PATCH", `/v1/tickets/${others.id}`, { as: "alex", body: { title: `Other ${at}` } })
        for (const path of paths) assert.strictEqual((yield* ask("GET", path, { as: "ada" })).status, 200)
      }
      assert.deepStrictEqual(
        [(yield* countOf("lists", "hit")) - hits, (yield* countOf("lists", "miss")) - misses],
        [49, 1]
      )
      assert.isAbove(yield* countOf("rights", "hit"), 50)
    }))
})

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))

const Served = TestHttp.layerNoStack.pipe(Layer.provideMerge(TestStack("peopled")))

whenReachable(
  "redis",
  (redis) =>
    alone.live(
      "who writes through one process reads it through another, and so does everybody else",
      () =>
        Effect.gen(function*() {
          const { programUrl } = yield* Database
          const { tokenOf } = yield* TestHttp
          const start = Effect.gen(function*() {
            const port = yield* freePort
            const program = yield* run(main, [], {
              PORT: String(port),
              DATABASE_URL: Redacted.value(programUrl),
              REDIS_URL: redis,
              OPSDESK_SECRET: "a secret that only tests use, long enough",
              OPSDESK_LIMITS: "off",
              OPSDESK_DATA_DIR: yield* scratchFolder
            })
            const url = `http://127.0.0.1:${port}`
            yield* untilStatus(`${url}/health/ready`, 200, program)
            return url
          })
          const [one, other] = yield* Effect.all([start, start], { concurrency: 2 })
          const ask = Effect.fnUntraced(function*(url: string, person: Person, method = "GET", body?: object) {
            const authorization = `Bearer ${yield* tokenOf(person)}`
            const answer = yield* Effect.promise(() =>
              fetch(url, {
                method,
                headers: { authorization, "content-type": "application/json" },
                ...(body === undefined ? {} : { body: JSON.stringify(body) })
              })
            )
            const text = yield* Effect.promise(() => answer.text())
            assert.isBelow(answer.status, 300, text)
            return text
          })
          const { data: { id } } = JSON.parse(
            yield* ask(`${one}/v1/tickets`, "carla", "POST", { title: "No sound", description: "" })
          )
          for (let at = 0; at < (requests > 1000 ? 200 : 20); at++) {
            const [writes, reads] = at % 2 === 0 ? [one, other] : [other, one]
            const title = `It is ${at}`
            yield* ask(`${writes}/v1/tickets/${id}`, "ada", "PATCH", { title })
            for (const person of ["ada", "carla"] as const) {
              for (const url of [reads, writes]) {
                for (const path of [`/v1/tickets/${id}`, "/v1/tickets", "/v1/tickets?status=open"]) {
                  assert.include(yield* ask(url + path, person), `"${title}"`, `${at} ${path} ${person}`)
                }
              }
            }
          }
          const metrics = yield* Effect.promise(() => fetch(`${other}/metrics`).then((answer) => answer.text()))
          assert.match(metrics, /opsdesk_cache_requests_total\{cache="lists",result="hit"\} [1-9]/)
        }).pipe(Effect.provide(Served), Effect.scoped),
      patience
    )
)
