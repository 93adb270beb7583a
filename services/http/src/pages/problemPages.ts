import type { ProblemType } from "@opsdesk/kernel/ProblemType"
import { problemTypes } from "@opsdesk/kernel/ProblemType"
import { Effect } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"

const style =
  `body{font:1rem/1.6 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem;color:#1c2330;background:#fff}
code{background:#eef1f5;padding:.1em .3em;border-radius:.2em}a{color:#0b57d0}small{color:#525c6b}
@media(prefers-color-scheme:dark){body{color:#e6e9ef;background:#14181f}code{background:#242b36}a{color:#8ab4f8}small{color:#a5afbd}}`

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")

/** Our own text, in which backticks set off what is code. */
const prose = (text: string) => escaped(text).replaceAll(/`([^`]+)`/g, "<code>$1</code>")

const page = (slug: string, { explanation, status, title }: ProblemType) =>
  `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title>
<style>${style}</style></head>
<body>
<p><small>OpsDesk · problem <code>${slug}</code> · status ${status}</small></p>
<h1>${title}</h1>
<p>${prose(explanation)}</p>
<p><a href="/docs">The interface, to read and to try</a></p>
</body>
</html>`

/** Each problem's `type` is the address of a page that explains it (RFC 9457, section 3.1.1). */
export const ProblemPages = HttpRouter.use(Effect.fnUntraced(function*(router) {
  for (const [slug, type] of Object.entries(problemTypes)) {
    yield* router.add("GET", `/problems/${slug}`, HttpServerResponse.html(page(slug, type)))
  }
}))
