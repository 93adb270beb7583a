import { assert, layer } from "@effect/vitest"
import { Database } from "@opsdesk/stack/Database"
import { emailOf, passwordOf } from "@opsdesk/testkit/people"
import { TestDatabase } from "@opsdesk/testkit/TestDatabase"
import { Effect, Redacted } from "effect"
import { fileURLToPath } from "node:url"
import { freePort, patience, programs, run, scratchFolder, untilStatus } from "./RunningDesk.ts"

/** The program itself: the package's launcher would keep our signals to itself. */
const deno = fileURLToPath(new URL("../../../node_modules/deno/deno", import.meta.url))

layer(TestDatabase("peopled"), { excludeTestServices: true })("on Deno", (it) => {
  it.effect("the HTTP program serves a ticket's way from sign-in to close", () =>
    Effect.gen(function*() {
      const { programUrl } = yield* Database
      const port = yield* freePort
      const program = yield* run(programs.api, [], {
        PORT: String(port),
        DATABASE_URL: Redacted.value(programUrl),
        OPSDESK_DATA_DIR: yield* scratchFolder,
        DENO_NO_UPDATE_CHECK: "1"
      }, { file: deno, args: ["run", "-A"] })
      const url = `http://127.0.0.1:${port}`
      yield* untilStatus(`${url}/health/ready`, 200, program)

      let token = ""
      const ask = (method: string, path: string, body?: object) =>
        Effect.promise(async () => {
          const answer = await fetch(`${url}${path}`, {
            method,
            headers: {
              ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
              ...(body === undefined ? {} : { "content-type": "application/json" })
            },
            ...(body === undefined ? {} : { body: JSON.stringify(body) })
          })
          return { status: answer.status, json: await answer.json() }
        })
      const signedIn = yield* ask("POST", "/v1/auth/login", { email: emailOf("ada"), password: passwordOf("ada") })
      assert.strictEqual(signedIn.status, 200)
      token = signedIn.json.data.accessToken
      const wrong = yield* ask("POST", "/v1/auth/login", { email: emailOf("ada"), password: "wrong password" })
      assert.strictEqual(wrong.status, 401)
      const opened = yield* ask("POST", "/v1/tickets", { title: "On Deno", description: "" })
      assert.strictEqual(opened.status, 201)
      const listed = yield* ask("GET", "/v1/tickets?q=deno")
      assert.deepStrictEqual(listed.json.data.map(({ id }: { id: string }) => id), [opened.json.data.id])
      const closed = yield* ask("PATCH", `/v1/tickets/${opened.json.data.id}/status`, { status: "closed" })
      assert.deepStrictEqual([closed.status, closed.json.data.status], [200, "closed"])

      program.child.kill("SIGTERM")
      assert.strictEqual(yield* program.ended, 0)
    }).pipe(Effect.scoped), patience)
})
