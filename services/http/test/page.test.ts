import { assert, layer } from "@effect/vitest"
import { TestStack } from "@opsdesk/testkit/TestDatabase"
import { Effect, Layer } from "effect"
import { gzipSync } from "node:zlib"
import type { PageState } from "../src/pages/WebPage.ts"
import { WebPage } from "../src/pages/WebPage.ts"
import { TestHttp } from "./TestHttp.ts"

const script = new TextEncoder().encode("globalThis.desk = true")
const made: PageState = {
  _tag: "Made",
  document: `<!doctype html><script nonce="NONCE-OF-THIS-ANSWER"></script><style nonce="NONCE-OF-THIS-ANSWER"></style>`,
  files: new Map([["index-abc.js", {
    contentType: "text/javascript; charset=utf-8",
    bytes: script,
    gzipped: gzipSync(script)
  }]])
}

const served = (state: PageState) =>
  TestHttp.layerNoStack.pipe(
    Layer.provideMerge(TestStack("peopled")),
    Layer.provide(Layer.succeed(WebPage, { state: Effect.succeed(state) }))
  )

const browser = { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" }

layer(served(made), { excludeTestServices: true })("the page", (it) => {
  it.effect("is there for a browser at each address of its own, and for nobody else", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      for (const path of ["/", "/tickets", "/tickets/1042", "/tickets?view=mine"]) {
        const page = yield* ask("GET", path, { headers: browser })
        assert.deepStrictEqual([page.status, page.headers.get("content-type")], [200, "text/html; charset=utf-8"], path)
        const data = yield* ask("GET", path, { headers: { accept: "application/json" } })
        assert.deepStrictEqual([data.status, data.json.code], [404, "not-found"], path)
      }
      for (const path of ["/ticket", "/tickets/", "/tickets/1042/more", "/v1/nothing", "/index.html"]) {
        const answer = yield* ask("GET", path, { headers: browser })
        assert.deepStrictEqual([answer.status, answer.json.code], [404, "not-found"], path)
      }
      const posted = yield* ask("POST", "/tickets", { body: {} })
      assert.deepStrictEqual([posted.status, posted.headers.get("allow")], [405, "GET, HEAD"])
    }))

  it.effect("runs and wears what carries the nonce of its answer, and nothing else", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      const seen = new Set<string>()
      for (let at = 0; at < 20; at++) {
        const { headers, text } = yield* ask("GET", "/", { headers: browser })
        const policy = headers.get("content-security-policy") ?? ""
        const nonce = /script-src 'nonce-([\w-]{22})'(?:;|$)/.exec(policy)?.[1] ?? ""
        assert.include(policy, `style-src 'nonce-${nonce}';`)
        assert.include(policy, "default-src 'none'")
        assert.notMatch(policy, /unsafe|https?:|data:|\*/)
        assert.strictEqual(text.split(`nonce="${nonce}"`).length, 3)
        assert.strictEqual(headers.get("cache-control"), "no-store")
        seen.add(nonce)
      }
      assert.strictEqual(seen.size, 20)
    }))

  it.effect("has its files under names that never change their meaning, smaller for whoever unpacks them", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      for (const [accepted, encoding] of [["gzip, br", "gzip"], ["br", null], ["gzip;q=0", null]] as const) {
        const { headers, status } = yield* ask("GET", "/assets/index-abc.js", {
          headers: { "accept-encoding": accepted }
        })
        assert.deepStrictEqual(
          [status, headers.get("content-encoding"), headers.get("content-type"), headers.get("cache-control")],
          [200, encoding, "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"],
          accepted
        )
        assert.include(headers.get("vary"), "Accept-Encoding")
        assert.strictEqual(headers.get("x-content-type-options"), "nosniff")
      }
      for (const name of ["index-abd.js", "..%2f..%2fpackage.json", "constructor"]) {
        assert.strictEqual((yield* ask("GET", `/assets/${name}`)).status, 404, name)
      }
    }))

  it.effect("leaves the interface's own pages as they are", () =>
    Effect.gen(function*() {
      const { ask } = yield* TestHttp
      assert.strictEqual((yield* ask("GET", "/docs", { headers: browser })).status, 200)
      assert.strictEqual((yield* ask("GET", "/problems/not-found", { headers: browser })).status, 200)
    }))
})

const others: ReadonlyArray<readonly [PageState, number, RegExp]> = [
  [{ _tag: "None" }, 404, /not-found/],
  [{ _tag: "Making" }, 200, /being made/],
  [{ _tag: "Broken" }, 200, /could not be made/]
]
for (const [state, status, says] of others) {
  layer(served(state), { excludeTestServices: true })(`a page that is ${state._tag}`, (it) => {
    it.effect("says so, and is not kept", () =>
      Effect.gen(function*() {
        const { ask } = yield* TestHttp
        const answer = yield* ask("GET", "/tickets/7", { headers: browser })
        assert.strictEqual(answer.status, status)
        assert.match(answer.text, says)
        assert.strictEqual(answer.headers.get("cache-control"), "no-store")
        assert.strictEqual((yield* ask("GET", "/assets/index-abc.js")).status, 404)
      }))
  })
}
