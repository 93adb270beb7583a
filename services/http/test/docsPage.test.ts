import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, layer } from "@effect/vitest"
import { Readiness } from "@opsdesk/serving/Readiness"
import { Upgrades } from "@opsdesk/serving/Upgrades"
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

layer(Served, { excludeTestServices: true })("the page to try the interface at", (it) => {
  it.effect("shows every group and operation, tries one, and asks nothing of anybody else", () =>
    Effect.gen(function*() {
      const server = yield* HttpServer.HttpServer
      if (!("port" in server.address)) return yield* Effect.die(new Error("not on a port"))
      const origin = `http://127.0.0.1:${server.address.port}`
      const page = yield* Effect.flatMap(browser, (open) => Effect.promise(() => open.newPage()))
      const asked: Array<string> = []
      const failures: Array<string> = []
      page.on("request", (request) => asked.push(request.url()))
      page.on("pageerror", (error) => failures.push(error.message))
      // What a policy forbids is only told to the console.
      page.on("console", (said) => said.type() === "error" && failures.push(said.text()))
      yield* Effect.promise(() => page.goto(`${origin}/docs`, { waitUntil: "networkidle" }))

      assert.include(yield* Effect.promise(() => page.locator("h2.title, h1.title").innerText()), "OpsDesk")
      assert.isAbove(yield* Effect.promise(() => page.locator(".opblock").count()), 25)

      const keys = page.locator(".opblock", { hasText: "jwks.json" })
      yield* Effect.promise(() => keys.locator(".opblock-summary").click())
      yield* Effect.promise(() => keys.getByRole("button", { name: "Try it out" }).click())
      yield* Effect.promise(() => keys.getByRole("button", { name: "Execute" }).click())
      yield* Effect.promise(() =>
        keys.locator(".live-responses-table .response-col_status", { hasText: "200" }).waitFor()
      )

      assert.deepStrictEqual(asked.filter((url) => !url.startsWith(origin) && !url.startsWith("data:")), [])
      assert.deepStrictEqual(failures, [])
    }).pipe(Effect.scoped))
})
