import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { readFileSync } from "node:fs"
import { examples } from "./examples.ts"

/** What the page is made of, all of it from here. */
export const assetPaths = ["/graphql/graphiql.css", "/graphql/graphiql.js", "/graphql/signIn.js"] as const

/** The editor works in threads of its own, made of text, and dresses itself as it goes; nothing comes from elsewhere. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src blob:",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'"
].join("; ")

const bar =
  `#sign-in{display:flex;gap:.5rem;align-items:center;padding:.5rem 1rem;font:14px system-ui,sans-serif;background:#f4f6f9;color:#1c2330;border-bottom:1px solid #cfd6df}
#sign-in input{padding:.3rem .5rem;border:1px solid #9aa5b4;border-radius:4px;background:#fff;color:#1c2330;min-width:8rem}
#sign-in button{padding:.35rem .8rem;border:0;border-radius:4px;background:#0b57d0;color:#fff;cursor:pointer}
html,body{height:100%;margin:0}body{display:flex;flex-direction:column}#root{flex:1;min-height:0}`

const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>OpsDesk GraphQL</title>
<link rel="stylesheet" href="/graphql/graphiql.css"><link rel="icon" href="data:,">
</head>
<body>
<form id="sign-in">
<strong>OpsDesk</strong>
<input name="email" type="email" placeholder="E-mail address" aria-label="E-mail address" autocomplete="username">
<input name="password" type="password" placeholder="Password" aria-label="Password" autocomplete="current-password">
<span>or</span>
<input name="token" placeholder="Access or API token" aria-label="Access or API token" autocomplete="off">
<button>Sign in</button>
<span id="says" role="status"></span>
</form>
<div id="root"></div>
<script src="/graphql/signIn.js"></script>
<script src="/graphql/graphiql.js"></script>
</body>
</html>`

const within = (text: string, tag: string): string => new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(text)?.[1] ?? ""

/** Nine megabytes of text, read when somebody opens the page for the first time. */
const rendered = Effect.cached(Effect.promise(async () => {
  const { renderGraphiQL } = await import("@graphql-yoga/render-graphiql")
  return renderGraphiQL({
    title: "OpsDesk",
    endpoint: "/graphql",
    defaultTabs: examples.map((query) => ({ query }))
  })
}))

const hour = { "cache-control": "private, max-age=3600" }

const script = (body: string) => HttpServerResponse.text(body, { contentType: "text/javascript", headers: hour })

export const graphiqlPage = HttpServerResponse.html(html).pipe(
  HttpServerResponse.setHeader("content-security-policy", policy)
)

/** The parts of the page; where the schema is kept to itself, nothing is there. */
export const GraphiqlAssets = ({ shown }: { readonly shown: boolean }) =>
  Layer.unwrap(Effect.map(rendered, (page) => {
    const serve = (path: typeof assetPaths[number], answer: Effect.Effect<HttpServerResponse.HttpServerResponse>) =>
      HttpRouter.add("GET", path, shown ? answer : HttpServerResponse.empty({ status: 404 }))
    return Layer.mergeAll(
      serve(
        "/graphql/graphiql.css",
        Effect.map(page, (text) =>
          HttpServerResponse.text(`${within(text, "style")}\n${bar}`, { contentType: "text/css", headers: hour }))
      ),
      serve(
        "/graphql/graphiql.js",
        Effect.map(page, (text) =>
          script(within(text, "script")))
      ),
      serve(
        "/graphql/signIn.js",
        Effect.sync(() =>
          script(readFileSync(new URL("./signIn.js", import.meta.url), "utf8"))
        )
      )
    )
  }))
