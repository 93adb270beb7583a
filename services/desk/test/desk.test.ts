import { assert, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import { execFile } from "node:child_process"
import { request } from "node:http"
import { promisify } from "node:util"
import {
  Folder,
  freePort,
  patience,
  programs,
  run,
  RunningDesk,
  scratchFolder,
  statusOf,
  untilStatus
} from "./RunningDesk.ts"

const shell = promisify(execFile)

const post = (url: string, body: object, headers: Record<string, string> = {}) =>
  Effect.promise(async () => {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body)
    })
    return { status: answer.status, json: await answer.json() }
  })

/** A request whose body is not there yet: in flight until `finish` sends the rest. */
const slowRequest = (url: string, body: object) => {
  const text = JSON.stringify(body)
  let answered: (status: number) => void = () => undefined
  const status = new Promise<number>((resolve) => void (answered = resolve))
  const sent = request(url, {
    method: "POST",
    headers: { "content-type": "application/json", "content-length": Buffer.byteLength(text) }
  }, (response) => {
    response.resume()
    response.once("end", () => answered(response.statusCode ?? 0))
  })
  sent.once("error", () => answered(0))
  sent.write(text.slice(0, 5))
  return { status, finish: () => void sent.end(text.slice(5)) }
}

const signIn = { email: "agent@opsdesk.local", password: "opsdesk-demo" }

layer(Folder.layer, { excludeTestServices: true })("the desk", (it) => {
  it.effect(
    "a newcomer is told in a few lines where the desk is, and the printed command works as printed",
    () =>
      Effect.gen(function*() {
        const desk = yield* RunningDesk.start({ dataDir: yield* Folder })
        const { stderr, stdout } = desk.output()
        const lines = stdout.trim().split("\n")
        assert.strictEqual(stderr, "")
        assert.isAtMost(lines.length, 15)
        assert.include(stdout, desk.url)
        assert.include(stdout, "opsdesk-demo")
        const command = lines.slice(lines.findIndex((line) => line.includes("curl"))).slice(0, 2).join("\n")
        const answer = yield* Effect.promise(() => shell("bash", ["-c", command]))
        assert.include(answer.stdout, "\"accessToken\"")
      }).pipe(Effect.scoped),
    patience
  )

  it.effect("the next start finds the same tickets, and seeds nothing twice", () =>
    Effect.gen(function*() {
      const dataDir = yield* Folder
      const totalAfter = Effect.fnUntraced(function*() {
        const desk = yield* RunningDesk.start({ dataDir })
        const { json } = yield* post(`${desk.url}/v1/auth/login`, { ...signIn, email: "admin@opsdesk.local" })
        const headers = { authorization: `Bearer ${json.data.accessToken}` }
        yield* post(`${desk.url}/v1/tickets`, { title: "One more", description: "" }, headers)
        const list = yield* Effect.promise(() => fetch(`${desk.url}/v1/tickets?include=total`, { headers }))
        const { page } = yield* Effect.promise(() => list.json())
        return Number(page.total)
      }, Effect.scoped)
      const first = yield* totalAfter()
      assert.isAtLeast(first, 41)
      assert.strictEqual(yield* totalAfter(), first + 1)
    }).pipe(Effect.scoped), patience)

  it.effect(
    "a second desk on the same folder is refused in one line, and the first goes on",
    () =>
      Effect.gen(function*() {
        const first = yield* RunningDesk.start({ dataDir: yield* Folder })
        const second = yield* run(programs.desk, [], {
          PORT: String(yield* freePort),
          OPSDESK_DATA_DIR: first.dataDir
        })
        assert.strictEqual(yield* second.ended, 1)
        const said = second.output().stderr.trim().split("\n")
        assert.strictEqual(said.length, 1)
        assert.include(said[0] ?? "", String(first.child.pid))
        assert.strictEqual(yield* statusOf(`${first.url}/health/ready`), 200)
      }).pipe(Effect.scoped),
    patience
  )

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it.effect(
      `${signal} lets what is in flight end, takes nothing new, and ends with 0 and without a server left over`,
      () =>
        Effect.gen(function*() {
          const desk = yield* RunningDesk.start({ dataDir: yield* Folder })
          const inFlight = slowRequest(`${desk.url}/v1/auth/login`, signIn)
          yield* Effect.sleep("100 millis")
          desk.child.kill(signal)
          yield* untilStatus(`${desk.url}/health/ready`, 503, desk)
          inFlight.finish()
          assert.strictEqual(yield* Effect.promise(() => inFlight.status), 200)
          assert.strictEqual(yield* desk.ended, 0)
          const left = yield* Effect.promise(() =>
            shell("bash", ["-c", `pgrep -f "[o]psdesk-desk-${desk.dataDir.split("-").at(-1)}" || true`])
          )
          assert.strictEqual(left.stdout, "")
        }).pipe(Effect.scoped),
      patience
    )
  }

  it.effect(
    "another secret than the one that the keys were sealed with is one clear line and exit code 1",
    () =>
      Effect.gen(function*() {
        const dataDir = yield* Folder
        yield* Effect.gen(function*() {
          const desk = yield* RunningDesk.start({ dataDir })
          // The first sign-in makes the first key.
          assert.strictEqual((yield* post(`${desk.url}/v1/auth/login`, signIn)).status, 200)
        }).pipe(Effect.scoped)
        const program = yield* run(programs.desk, [], {
          OPSDESK_DATA_DIR: dataDir,
          PORT: String(yield* freePort),
          OPSDESK_SECRET: "another secret, and a long enough one"
        })
        assert.strictEqual(yield* program.ended, 1)
        const said = program.output().stderr.trim().split("\n")
        assert.strictEqual(said.length, 1, said.join("\n"))
        assert.match(said[0] ?? "", /OPSDESK_SECRET/)
      }).pipe(Effect.scoped),
    patience
  )
})

it.live("a wrong setting is one clear line and exit code 1", () =>
  Effect.gen(function*() {
    const dataDir = yield* scratchFolder
    const wrong: ReadonlyArray<readonly [Record<string, string>, RegExp]> = [
      [{ PORT: "eighty" }, /PORT/],
      [{ DATABASE_URL: "mysql://localhost/x" }, /DATABASE_URL/],
      [{ OPSDESK_SECRET: "short" }, /OPSDESK_SECRET/],
      [{ HOST: "0.0.0.0" }, /OPSDESK_ADMIN_EMAIL/],
      [{ OPSDESK_DEMO: "maybe" }, /OPSDESK_DEMO/]
    ]
    for (const [variables, named] of wrong) {
      const program = yield* run(programs.desk, [], { OPSDESK_DATA_DIR: dataDir, ...variables })
      assert.strictEqual(yield* program.ended, 1)
      const said = program.output().stderr.trim().split("\n")
      assert.strictEqual(said.length, 1, said.join("\n"))
      assert.match(said[0] ?? "", named)
    }
  }).pipe(Effect.scoped), patience)
