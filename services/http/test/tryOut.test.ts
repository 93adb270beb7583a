import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, layer } from "@effect/vitest"
import { Readiness } from "@opsdesk/serving/Readiness"
import { Upgrades } from "@opsdesk/serving/Upgrades"
import { browser, window } from "@opsdesk/testkit/browser"
import { emailOf, passwordOf } from "@opsdesk/testkit/people"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { Context, Effect, Layer } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { HttpProgram } from "../src/httpProgram.ts"

const Served = HttpRouter.serve(HttpProgram, { disableLogger: true, disableListenLog: true }).pipe(
  Layer.provide([Readiness.layer, Upgrades.layer]),
  Layer.provideMerge(NodeHttpServer.layerTest),
  Layer.provide(TestStack("peopled"))
)

/** One browser, with a window for each page; what went wrong in it is told by the page and by its console. */
class Visitor extends Context.Service<Visitor>()("@opsdesk/http/test/Visitor", {
  make: Effect.gen(function*() {
    const server = yield* HttpServer.HttpServer
    if (!("port" in server.address)) return yield* Effect.die(new Error("not on a port"))
    const origin = `http://127.0.0.1:${server.address.port}`
    const opened = yield* browser
    /** Goes to a page and waits until some part of it is there. */
    const visits = Effect.fnUntraced(function*(path: string, part: string) {
      const watched = yield* window(opened, origin)
      yield* Effect.promise(() => watched.page.goto(path))
      yield* Effect.promise(() => watched.page.locator(part).first().waitFor())
      // What a page makes itself, such as a thread of its editor, is asked of nobody.
      return { ...watched, elsewhere: () => watched.elsewhere.filter((url) => !/^(?:data|blob):/.test(url)) }
    })
    return { visits }
  })
}) {
  static readonly layer = Layer.effect(Visitor, Visitor.make)
}

layer(Visitor.layer.pipe(Layer.provide(Served)), { excludeTestServices: true, timeout: "2 minutes" })(
  "the pages to try the interfaces at",
  (it) => {
    it.effect("show every operation of REST, try one, and ask nothing of anybody else", () =>
      Effect.gen(function*() {
        const { elsewhere, failures, page, said } = yield* Visitor.use(({ visits }) => visits("/docs", ".opblock"))
        assert.include(yield* Effect.promise(() => page.locator("h2.title, h1.title").innerText()), "OpsDesk")
        assert.isAbove(yield* Effect.promise(() => page.locator(".opblock").count()), 25)

        const keys = page.locator(".opblock", { hasText: "jwks.json" })
        yield* Effect.promise(() => keys.locator(".opblock-summary").click())
        yield* Effect.promise(() => keys.getByRole("button", { name: "Try it out" }).click())
        yield* Effect.promise(() => keys.getByRole("button", { name: "Execute" }).click())
        yield* Effect.promise(() =>
          keys.locator(".live-responses-table .response-col_status", { hasText: "200" }).waitFor()
        )
        assert.deepStrictEqual([elsewhere(), failures, said], [[], [], []])
      }).pipe(Effect.scoped), 120_000)

    it.effect(
      "let somebody sign in to GraphiQL, run an example and come back to the same tabs",
      () =>
        Effect.gen(function*() {
          const { elsewhere, failures, page, said } = yield* Visitor.use(({ visits }) =>
            visits("/graphql", "[role=tab]")
          )
          const tabs = Effect.promise(() => page.getByRole("tab").allInnerTexts())
          const examples = ["Queue", "Page", "Open", "Resolve", "Me"]
          assert.deepStrictEqual(yield* tabs, examples)
          yield* Effect.promise(() => page.getByLabel("E-mail address").fill(emailOf("ada")))
          yield* Effect.promise(() => page.getByLabel("Password").fill(passwordOf("ada")))
          yield* Effect.promise(() => page.getByRole("button", { name: "Sign in" }).click())
          yield* Effect.promise(() => page.getByText("Signed in", { exact: true }).waitFor())
          yield* Effect.promise(() => page.getByRole("button", { name: /execute/i }).click())
          yield* Effect.promise(() => page.locator(".result-window", { hasText: "totalCount" }).waitFor())
          assert.deepStrictEqual(yield* tabs, examples)
          yield* Effect.promise(() => page.getByRole("tab", { name: "Me" }).click())
          yield* Effect.promise(() => page.reload())
          yield* Effect.promise(() => page.getByRole("tab", { name: "Me" }).waitFor())
          assert.deepStrictEqual(yield* tabs, examples)
          // Until somebody has signed in the schema is not told.
          assert.deepStrictEqual(said.filter((text) => !text.includes("401")), [])
          assert.deepStrictEqual([elsewhere(), failures], [[], []])
        }).pipe(Effect.scoped),
      120_000
    )
  }
)
