import { browser } from "@opsdesk/testkit/browser"
import { audience, clientId, SignInProvider } from "@opsdesk/testkit/SignInProvider"
import { Context, Effect, Layer } from "effect"
import type { Browser } from "playwright-core"
import type { Program } from "../RunningDesk.ts"
import { freePort, RunningDesk } from "../RunningDesk.ts"

/** JSON as `JSON.parse` types it. */
export type Json = ReturnType<typeof JSON.parse>

/** Waits until the page is made: on the first run that takes some seconds. */
const untilMade = async (url: string): Promise<void> => {
  const text = await (await fetch(url)).text()
  if (text.includes("/assets/")) return
  if (text.includes("could not be made")) throw new Error("the page could not be made")
  await new Promise((resolve) => setTimeout(resolve, 200))
  return untilMade(url)
}

/** A desk with the demo's people and a provider of identities, a browser, and the interface to do things beside the page. */
export class Office extends Context.Service<Office, {
  readonly url: string
  /** What the desk was started with, to start it again. */
  readonly variables: Record<string, string>
  readonly desk: Program
  /** Away until a test says otherwise. */
  readonly provider: SignInProvider["Service"]
  readonly opened: Browser
  readonly ask: (who: string, method: string, path: string, body?: object) => Promise<Json>
}>()("@opsdesk/desk/test/page/Office") {
  static readonly layer = Layer.effect(
    Office,
    Effect.gen(function*() {
      const port = yield* freePort
      const comeBackTo = `http://127.0.0.1:${port}/v1/auth/oidc/callback`
      const provider = Context.get(yield* Layer.build(SignInProvider.layerFor(comeBackTo)), SignInProvider)
      provider.setUp(false)
      const identities = {
        OIDC_ISSUER: provider.issuer,
        OIDC_AUDIENCE: audience,
        OIDC_CLIENT_ID: clientId,
        OIDC_ROLES_CLAIM: "realm.roles",
        OPSDESK_LOCAL_AUTH: "on"
      }
      const { dataDir, url, ...desk } = yield* RunningDesk.start({ port, variables: identities })
      const opened = yield* browser
      yield* Effect.promise(() => untilMade(url))
      const tokens = new Map<string, string>()
      const send = async (method: string, path: string, body: object | undefined, token: string | undefined) => {
        const answer = await fetch(url + path, {
          method,
          headers: {
            ...(body === undefined ? {} : { "content-type": "application/json" }),
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` })
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) })
        })
        const text = await answer.text()
        if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
        return text === "" ? null : JSON.parse(text)
      }
      const tokenOf = async (who: string): Promise<string> => {
        const known = tokens.get(who)
        if (known !== undefined) return known
        const credentials = { email: `${who}@opsdesk.local`, password: "opsdesk-demo" }
        const { data } = await send("POST", "/v1/auth/login", credentials, undefined)
        tokens.set(who, data.accessToken)
        return data.accessToken
      }
      return Office.of({
        url,
        variables: { PORT: String(port), OPSDESK_DATA_DIR: dataDir, ...identities },
        desk,
        provider,
        opened,
        ask: async (who, method, path, body) => send(method, path, body, await tokenOf(who))
      })
    })
  )
}
