import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, layer } from "@effect/vitest"
import { Readiness } from "@opsdesk/serving/Readiness"
import { Upgrades } from "@opsdesk/serving/Upgrades"
import { emailOf, passwordOf } from "@opsdesk/testkit/people"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import chromium from "@sparticuz/chromium"
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { chromium as playwright } from "playwright-core"
import { HttpProgram } from "../src/httpProgram.ts"

const Served = HttpRouter.serve(HttpProgram, { disableLogger: true, disableListenLog: true }).pipe(
  Layer.provide([Readiness.layer, Upgrades.layer]),
  Layer.provideMerge(NodeHttpServer.layerTest),
  Layer.provide(TestStack("peopled"))
)

/** The browser is unpacked into a folder of this run's own: in the shared one it may be somebody else's. */
const unpacked = Effect.acquireRelease(
  Effect.promise(async () => {
    const folder = await mkdtemp(join(tmpdir(), "opsdesk-browser-"))
    process.env["TMPDIR"] = folder
    return { folder, path: await chromium.executablePath() }
  }),
  ({ folder }) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
)

const browser = Effect.acquireRelease(
  Effect.flatMap(
    unpacked,
    ({ path }) => Effect.promise(() => playwright.launch({ executablePath: path, args: chromium.args, headless: true }))
  ),
  (open) => Effect.promise(() => open.close())
)

layer(Served, { excludeTestServices: true })("GraphiQL", (it) => {
  it.effect("lets somebody sign in and run an example, and asks nothing of anybody else", () =>
    Effect.gen(function*() {
      const server = yield* HttpServer.HttpServer
      if (!("port" in server.address)) return yield* Effect.die(new Error("not on a port"))
      const origin = `http://127.0.0.1:${server.address.port}`
      const page = yield* Effect.flatMap(browser, (open) => Effect.promise(() => open.newPage()))
      const asked: Array<string> = []
      const failures: Array<string> = []
      page.on("request", (request) => asked.push(request.url()))
      page.on("pageerror", (error) => failures.push(error.message))
      yield* Effect.promise(() => page.goto(`${origin}/graphql`, { waitUntil: "networkidle" }))
      page.on("console", (said) => {
        // Until somebody has signed in the schema is not told.
        if (said.type() === "error" && !said.text().includes("401")) failures.push(said.text())
      })
      yield* Effect.promise(() => page.getByLabel("E-mail address").fill(emailOf("ada")))
      yield* Effect.promise(() => page.getByLabel("Password").fill(passwordOf("ada")))
      yield* Effect.promise(() => page.getByRole("button", { name: "Sign in" }).click())
      yield* Effect.promise(() => page.getByText("Signed in", { exact: true }).waitFor())
      yield* Effect.promise(() => page.waitForLoadState("networkidle"))
      yield* Effect.promise(() => page.getByRole("tab", { name: "Queue" }).click())
      yield* Effect.promise(() => page.getByRole("button", { name: /execute/i }).click())
      yield* Effect.promise(() => page.locator(".result-window", { hasText: "totalCount" }).waitFor())
      const shot = process.env["SHOT"]
      if (shot !== undefined) yield* Effect.promise(() => page.screenshot({ path: shot }))
      assert.deepStrictEqual(asked.filter((url) => !/^(data|blob):/.test(url) && !url.startsWith(origin)), [])
      assert.deepStrictEqual(failures, [])
    }).pipe(Effect.scoped), 120_000)
})
