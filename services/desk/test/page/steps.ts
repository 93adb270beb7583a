import { Effect } from "effect"
import type { Page } from "playwright-core"

/** In a browser step by step, each of which waits for what it needs. */
export const steps = <A>(run: () => Promise<A>): Effect.Effect<A> => Effect.promise(run)

/** Does something once a page has asked for something, and before the desk hears of it: what comes live is too late. */
export const between = async (page: Page, method: string, path: string, act: () => Promise<unknown>): Promise<void> => {
  let isDone = false
  await page.route(`**${path}`, async (route) => {
    if (!isDone && route.request().method() === method) {
      isDone = true
      await act()
    }
    await route.continue()
  })
}

export const signIn = async (page: Page, who: string): Promise<void> => {
  await page.goto("/")
  await page.getByLabel("E-mail").fill(`${who}@opsdesk.local`)
  await page.getByLabel("Password", { exact: true }).fill("opsdesk-demo")
  await page.getByRole("button", { name: "Sign in" }).click()
  await page.getByRole("heading", { name: "Tickets" }).waitFor()
}
