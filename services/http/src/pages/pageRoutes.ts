import { Effect } from "effect"
import { SecureRandom } from "effect/crypto"
import { Base64Url } from "effect/encoding"
import type { HttpServerRequest } from "effect/http"
import { HttpRouter, HttpServerResponse } from "effect/http"
import type { PageFile, PageState } from "./WebPage.ts"
import { WebPage } from "./WebPage.ts"

/** The addresses that the page has of its own: each gives the same document, which finds out what to show. */
export const pagePaths = ["/", "/tickets", "/tickets/:number"] as const
export const assetPath = "/assets/:name"

/** As `packages/web/vite.config.ts` writes it. */
const placeOfNonce = /NONCE-OF-THIS-ANSWER/g

/**
 * Scripts and styles run by the nonce of this answer (CSP Level 3, section 7.1), and by nothing else: what somebody has
 * written into a ticket cannot become either. Nothing comes from elsewhere, and nothing goes there.
 */
const policy = (nonce: string): string =>
  [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'"
  ].join("; ")

const nothing = HttpServerResponse.empty({ status: 404 })

const html = (text: string, headers: Record<string, string>) =>
  HttpServerResponse.text(text, { contentType: "text/html; charset=utf-8", headers })

const meanwhile = (title: string, text: string, refresh: string) =>
  html(
    `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">${refresh}<title>OpsDesk</title>
<style>body{font:1rem/1.6 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem;color:#1c2330;background:#f7f8fa}
a{color:#2f4bc4}@media(prefers-color-scheme:dark){body{color:#e6e9ef;background:#14161b}a{color:#9db2ff}}</style></head>
<body><h1>${title}</h1><p role="status">${text}</p><p><a href="/docs">The interface for programs</a></p></body>
</html>`,
    { "cache-control": "no-store" }
  )

const making = meanwhile(
  "The page is being made",
  "This happens once, and takes some seconds. The desk itself is at work already; this page comes up by itself.",
  "<meta http-equiv=\"refresh\" content=\"2\">"
)
const broken = meanwhile(
  "The page could not be made",
  "The desk itself is at work. Its log says what is wrong with the page.",
  ""
)

/** Whether a browser asks, or somebody who takes anything. */
const takesPages = ({ headers: { accept } }: HttpServerRequest.HttpServerRequest): boolean =>
  accept === undefined || /text\/html|\*\/\*/i.test(accept)

const takesGzip = ({ headers }: HttpServerRequest.HttpServerRequest): boolean =>
  /(?:^|[\s,])gzip(?!\s*;\s*q=0(?:\.0+)?(?:\s|,|$))/i.test(headers["accept-encoding"] ?? "")

const fileAnswer = ({ bytes, contentType, gzipped }: PageFile, zipped: boolean) =>
  HttpServerResponse.uint8Array(zipped ? gzipped : bytes, {
    contentType,
    headers: {
      "cache-control": "public, max-age=31536000, immutable",
      vary: "Accept-Encoding",
      ...(zipped ? { "content-encoding": "gzip" } : {})
    }
  })

/** The page at its addresses, for browsers, and its files. */
export const PageRoutes = HttpRouter.use(Effect.fnUntraced(function*(router) {
  const { state } = yield* WebPage
  const random = yield* SecureRandom.SecureRandom

  const document = (page: PageState) => {
    switch (page._tag) {
      case "None":
        return Effect.succeed(nothing)
      case "Making":
        return Effect.succeed(making)
      case "Broken":
        return Effect.succeed(broken)
      case "Made":
        return Effect.map(random.randomBytes(16), (bytes) => {
          const nonce = Base64Url.encode(bytes)
          return html(page.document.replaceAll(placeOfNonce, nonce), {
            "content-security-policy": policy(nonce),
            // A nonce is good for one answer.
            "cache-control": "no-store"
          })
        })
    }
  }

  for (const path of pagePaths) {
    yield* router.add("GET", path, (request) =>
      Effect.gen(function*() {
        // The router takes nothing at all for a name, too.
        const { number } = yield* HttpRouter.params
        return takesPages(request) && number !== "" ? yield* Effect.flatMap(state, document) : nothing
      }))
  }
  yield* router.add("GET", assetPath, (request) =>
    Effect.gen(function*() {
      const page = yield* state
      const { name } = yield* HttpRouter.params
      const file = page._tag === "Made" ? page.files.get(name ?? "") : undefined
      return file === undefined ? nothing : fileAnswer(file, takesGzip(request))
    }))
}))
