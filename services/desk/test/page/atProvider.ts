import type { Vitest } from "@effect/vitest"
import { assert } from "@effect/vitest"
import { window } from "@opsdesk/testkit/browser"
import { Effect } from "effect"
import { patience } from "../RunningDesk.ts"
import { Office } from "./Office.ts"
import { steps } from "./steps.ts"

/** Signing in at a provider of identities, from the button to the page and on. */
export const atProvider = (it: Vitest.MethodsNonLive<Office>): void => {
  it.effect(
    "lets somebody in whom the provider knows, where they wanted to go, and goes on with them",
    () =>
      Effect.gen(function*() {
        const { ask, opened, provider, url } = yield* Office
        const { data } = yield* steps(() =>
          ask("customer", "POST", "/v1/tickets", { title: "For whoever is sent here", description: "" })
        )
        provider.setUp(true)
        provider.account({ sub: "p-1", email: "pia@far.test", name: "Pia Far", roles: ["agent"] })
        const { elsewhere, failures, forbidden, page } = yield* window(opened, url)
        const button = page.getByRole("link", { name: "Sign in at your provider" })
        let token = ""
        page.on("request", (request) => void (token = request.headers()["authorization"] ?? token))
        const kept = () =>
          page.evaluate(() => JSON.stringify({ ...globalThis.sessionStorage, ...globalThis.localStorage }))
        yield* steps(async () => {
          await page.goto(`/tickets/${data.number}`)
          provider.letIn(null)
          await button.click()
          await page.getByText("The sign-in was declined.").waitFor()
          assert.strictEqual(new URL(page.url()).hash, "")

          provider.letIn("p-1")
          await button.click()
          await page.getByRole("heading", { name: "For whoever is sent here" }).waitFor()
          assert.strictEqual(page.url(), `${url}/tickets/${data.number}`)
          await page.getByRole("button", { name: "Your account: Pia Far" }).waitFor()
          // Live, as the session is one like any other.
          await ask("customer", "POST", `/v1/tickets/${data.id}/messages`, { body: "Are you there?" })
          await page.locator(".said", { hasText: "Are you there?" }).waitFor()
          assert.notInclude(await kept(), "refreshToken")

          for (let at = 0; at < 2; at++) {
            await page.reload()
            await page.getByRole("heading", { name: "For whoever is sent here" }).waitFor()
          }
          // Neither the code nor the way to the provider is where "Back" leads: the page is, and who was let in.
          await page.goBack()
          await page.getByRole("button", { name: "Your account: Pia Far" }).waitFor()
          assert.notInclude(await kept(), "refreshToken")

          await page.getByRole("button", { name: "Your account: Pia Far" }).click()
          await page.getByRole("menuitem", { name: "Sign out" }).click()
          await button.waitFor()
          await page.reload()
          await button.waitFor()
          // At the desk, too, though the page went away at that moment.
          const isOver = async (): Promise<boolean> =>
            (await fetch(`${url}/v1/me`, { headers: { authorization: token } })).status === 401
          assert.notStrictEqual(token, "")
          while (!(await isOver())) await page.waitForTimeout(100)
        })
        assert.isNotEmpty(elsewhere)
        assert.deepStrictEqual(elsewhere.filter((asked) => !asked.startsWith(provider.issuer)), [])
        assert.deepStrictEqual({ failures, forbidden }, { failures: [], forbidden: [] })
      }).pipe(Effect.scoped),
    patience
  )
}
