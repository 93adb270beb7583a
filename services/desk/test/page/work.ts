import type { Vitest } from "@effect/vitest"
import { assert } from "@effect/vitest"
import { window } from "@opsdesk/testkit/browser"
import { Effect } from "effect"
import { patience } from "../RunningDesk.ts"
import { Office } from "./Office.ts"
import { signIn, steps } from "./steps.ts"

/** What somebody does with a page. */
export const work = (it: Vitest.MethodsNonLive<Office>): void => {
  it.effect(
    "is used by keyboard alone: signed in, a ticket opened, answered, taken and moved on",
    () =>
      Effect.gen(function*() {
        const { opened, url } = yield* Office
        const { page } = yield* window(opened, url)
        const press = (...presses: ReadonlyArray<string>) =>
          presses.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve())
        /** Goes on with a key until something of a name has the focus. */
        const goTo = async (name: RegExp, key = "Tab"): Promise<void> => {
          for (let at = 0; at < 40; at++) {
            const here = await page.evaluate(() => {
              const { activeElement } = globalThis.document
              return `${activeElement?.getAttribute("aria-label") ?? ""} ${activeElement?.textContent ?? ""}`
            })
            if (name.test(here)) return
            await press(key)
          }
          throw new Error(`${key} never comes to ${name}`)
        }
        yield* steps(async () => {
          await page.goto("/")
          await page.getByLabel("E-mail").waitFor()
          await page.keyboard.type("agent@opsdesk.local")
          await press("Tab")
          await page.keyboard.type("opsdesk-demo")
          await press("Enter")
          await page.locator("table.rows tbody tr").first().waitFor()

          await press("/")
          await page.keyboard.type("nothing has these words")
          await page.getByText("Nothing fits that").waitFor()
          await press("Escape")
          await page.getByLabel("Find words in tickets and messages").blur()

          await press("n")
          // What is typed before the dialog has the focus would press the button that closes it.
          await page.getByLabel("What is it about?").and(page.locator(":focus")).waitFor()
          await page.keyboard.type("By keyboard")
          await press("Tab")
          await page.keyboard.type("All of it.")
          await goTo(/^ Open ticket/)
          await press("Enter")
          await page.getByRole("heading", { name: "By keyboard" }).waitFor()

          await goTo(/Take it/)
          await press("Enter")
          await page.getByLabel("Assignee").and(page.locator("[value='Ada Ortega']")).waitFor()
          await page.getByRole("heading", { name: "By keyboard" }).focus()
          await goTo(/^Status: .*Move it/)
          await press("Enter")
          await page.getByRole("menuitemradio", { name: "Resolved" }).waitFor()
          await goTo(/^ Resolved$/, "ArrowDown")
          await press("Enter")
          await page.locator(".moved").getByText("Resolved").waitFor()

          await page.getByRole("heading", { name: "By keyboard" }).focus()
          await goTo(/^Reply /)
          await page.keyboard.type("Done, by keyboard.")
          await press("Control+Enter")
          await page.locator(".said:not([data-state])", { hasText: "Done, by keyboard." }).waitFor()
        })
      }).pipe(Effect.scoped),
    patience
  )

  it.effect("goes on after it was loaded anew, and lets no second tab in", () =>
    Effect.gen(function*() {
      const { opened, url } = yield* Office
      const { page } = yield* window(opened, url)
      yield* steps(async () => {
        await signIn(page, "agent")
        const kept = () =>
          page.evaluate(() => JSON.stringify({ ...globalThis.sessionStorage, ...globalThis.localStorage }))
        assert.notInclude(await kept(), "refreshToken")
        assert.deepStrictEqual(await page.context().cookies(), [])
        for (let at = 0; at < 3; at++) {
          await page.reload()
          await page.getByRole("heading", { name: "Tickets" }).waitFor()
        }
        assert.notInclude(await kept(), "refreshToken")
        const another = await page.context().newPage()
        await another.goto("/tickets")
        await another.getByLabel("E-mail").waitFor()
        await page.getByRole("button", { name: /Your account/ }).click()
        await page.getByRole("menuitem", { name: "Sign out" }).click()
        await page.getByLabel("E-mail").waitFor()
        await page.reload()
        await page.getByLabel("E-mail").waitFor()
      })
    }).pipe(Effect.scoped), patience)

  it.effect("says in plain words why something was not done", () =>
    Effect.gen(function*() {
      const { ask, opened, url } = yield* Office
      const { page } = yield* window(opened, url)
      yield* steps(async () => {
        await page.goto("/")
        await page.getByLabel("E-mail").fill("agent@opsdesk.local")
        await page.getByLabel("Password", { exact: true }).fill("not that one")
        await page.getByRole("button", { name: "Sign in" }).click()
        await page.getByText("E-mail address or password is wrong.").waitFor()
        await signIn(page, "agent")
        await page.goto("/tickets/999999")
        await page.getByText("There is no such ticket").waitFor()
        await page.goto("/tickets/abc")
        await page.getByText("There is no such page").waitFor()

        const { data } = await ask("customer", "POST", "/v1/tickets", { title: "Two want it", description: "" })
        await page.goto(`/tickets/${data.number}`)
        await page.getByRole("button", { name: "Take it" }).waitFor()
        // Said to the desk alone: what comes live would take the button away.
        await page.route("**/claim", async (route) => {
          await ask("agent2", "POST", `/v1/tickets/${data.number}/claim`)
          await route.continue()
        })
        await page.getByRole("button", { name: "Take it" }).click()
        await page.getByText("Somebody was faster.").waitFor()
        await page.getByLabel("Assignee").and(page.locator("[value='Amir Haddad']")).waitFor()
      })
    }).pipe(Effect.scoped), patience)
}
