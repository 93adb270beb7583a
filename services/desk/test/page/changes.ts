import type { Vitest } from "@effect/vitest"
import { assert } from "@effect/vitest"
import { window } from "@opsdesk/testkit/browser"
import { Effect } from "effect"
import type { Page } from "playwright-core"
import { patience } from "../RunningDesk.ts"
import { Office } from "./Office.ts"
import { between, signIn, steps } from "./steps.ts"

const choose = async (page: Page, what: RegExp, name: string): Promise<void> => {
  await page.getByRole("button", { name: what }).click()
  await page.getByRole("menuitemradio", { name }).click()
}

/** What somebody changes of a ticket, and what two do who change it at once. */
export const changes = (it: Vitest.MethodsNonLive<Office>): void => {
  it.effect(
    "lets whoever may change a ticket, and tells two who decide otherwise of each other",
    () =>
      Effect.gen(function*() {
        const { ask, opened, url } = yield* Office
        const { data } = yield* steps(() =>
          ask("customer", "POST", "/v1/tickets", { title: "A lamp is blue", description: "" })
        )
        const path = `/v1/tickets/${data.id}`
        const now = async () => (await ask("admin", "GET", path)).data
        const [ada, carla] = yield* Effect.all([window(opened, url), window(opened, url)])
        const { page } = ada
        yield* steps(async () => {
          for (const [{ page }, who] of [[ada, "agent"], [carla, "customer"]] as const) {
            await signIn(page, who)
            await page.goto(`/tickets/${data.number}`)
            await page.getByRole("heading", { name: "A lamp is blue" }).waitFor()
          }
          // Whoever has asked for something reads what becomes of it, and may close it; nothing more.
          await carla.page.getByRole("button", { name: /^Status/ }).waitFor()
          for (
            const name of [
              /^Priority/,
              /^Type/,
              "Change the title",
              "Change the description",
              "Take it",
              "Add somebody"
            ]
          ) {
            assert.strictEqual(await carla.page.getByRole("button", { name }).count(), 0, String(name))
          }
          assert.strictEqual(await carla.page.getByRole("combobox").count(), 0)

          // By keyboard, and back to where it was left. What others change elsewhere meanwhile stays.
          await page.getByRole("button", { name: "Change the title" }).focus()
          await page.keyboard.press("Enter")
          await page.getByRole("textbox", { name: "Title" }).fill("A lamp is violet")
          await between(page, "PATCH", path, () => ask("agent2", "PATCH", path, { type: "request" }))
          await page.keyboard.press("Enter")
          await page.getByRole("heading", { name: "A lamp is violet" }).waitFor()
          await page.locator("button[aria-label='Change the title']:focus").waitFor()
          await carla.page.getByRole("heading", { name: "A lamp is violet" }).waitFor()
          await page.getByRole("button", { name: "Type: Request. Change it" }).waitFor()

          // What it is about, too: by keyboard, and not if one thinks better of it.
          const wording = page.getByRole("textbox", { name: "Description" })
          const opening = (of: Page) => of.locator(".said").first().locator(".body")
          const back = page.locator("button[aria-label='Change the description']:focus")
          await page.getByRole("button", { name: "Change the description" }).focus()
          await page.keyboard.press("Enter")
          await wording.fill("It was never so.")
          await page.keyboard.press("Escape")
          await back.waitFor()
          assert.strictEqual(await opening(page).textContent(), "A lamp is violet")
          await page.keyboard.press("Enter")
          await wording.fill("Since Monday.\n<b>Every</b> lamp.")
          await page.keyboard.press("Control+Enter")
          await back.waitFor()
          for (const  of of[page, carla.page]) {
            await opening(of).and(of.getByText("Since Monday.\n<b>Every</b> lamp.")).waitFor()
          }
          // Two put it otherwise: who was later reads what stands there, goes on writing, and is asked no more.
          await page.keyboard.press("Enter")
          await wording.fill("Since Sunday.")
          await between(page, "PATCH", path, () => ask("agent2", "PATCH", path, { description: "Since Tuesday." }))
          await page.getByRole("button", { name: "Save" }).click()
          const reworded = page.getByRole("alert").filter({ hasText: "Somebody changed the description meanwhile" })
          await reworded.waitFor()
          assert.deepStrictEqual((await reworded.locator("dd").allTextContents()).slice(1), [
            "Since Tuesday.",
            "Since Sunday."
          ])
          await wording.fill("Since Sunday or Tuesday.")
          await page.getByRole("button", { name: "Save" }).click()
          await opening(page).and(page.getByText("Since Sunday or Tuesday.")).waitFor()
          await opening(carla.page).and(carla.page.getByText("Since Sunday or Tuesday.")).waitFor()

          await choose(page, /^Priority/, "High")
          await page.getByRole("button", { name: "Priority: High. Change it" }).waitFor()
          await carla.page.locator(".facts .priority[data-priority=high]").waitFor()
          await page.getByRole("combobox", { name: "Team" }).click()
          await page.getByRole("option", { name: "Support" }).click()
          await page.getByRole("combobox", { name: "Team" }).and(page.locator("[value=Support]")).waitFor()
          await page.getByRole("combobox", { name: "Assignee" }).click()
          await page.getByRole("option", { name: "Amir Haddad" }).click()
          await page.getByRole("combobox", { name: "Assignee" }).and(page.locator("[value='Amir Haddad']")).waitFor()
          const { description, priority, teamId, title, type, version } = await now()
          assert.deepStrictEqual([priority, title, type, version], ["high", "A lamp is violet", "request", 9])
          assert.strictEqual(description, "Since Sunday or Tuesday.")
          assert.isNotNull(teamId)

          // Two want it otherwise: who was later sees what stands there, and decides.
          const conflict = page.getByRole("alert").filter({ hasText: "Somebody changed the priority meanwhile" })
          await between(page, "PATCH", path, () => ask("agent2", "PATCH", path, { priority: "urgent" }))
          await choose(page, /^Priority/, "Low")
          await conflict.waitFor()
          assert.deepStrictEqual(await conflict.locator("dd").allTextContents(), ["High", "Urgent", "Low"])
          await page.getByRole("button", { name: "Priority: Urgent. Change it" }).waitFor()
          await conflict.getByRole("button", { name: "Keep theirs" }).click()
          await conflict.waitFor({ state: "detached" })
          await page.locator("button[aria-label^='Priority: Urgent']:focus").waitFor()
          assert.strictEqual((await now()).priority, "urgent")

          await between(page, "PATCH", path, () => ask("agent2", "PATCH", path, { priority: "normal" }))
          await choose(page, /^Priority/, "Low")
          await conflict.getByRole("button", { name: "Use mine" }).click()
          await page.getByRole("button", { name: "Priority: Low. Change it" }).waitFor()
          await conflict.waitFor({ state: "detached" })
          assert.strictEqual((await now()).priority, "low")

          // It is closed already when somebody wants it resolved: the desk says no, and the page what stands there.
          await between(
            page,
            "PATCH",
            `${path}/status`,
            () => ask("agent2", "PATCH", `${path}/status`, { status: "closed" })
          )
          await choose(page, /^Status/, "Resolved")
          await page.getByText("Somebody changed the status meanwhile").waitFor()
          await page.getByRole("button", { name: "Use mine" }).click()
          await page.getByText("The ticket cannot move there from where it stands.").waitFor()
          await page.getByRole("button", { name: "Status: Closed. Move it" }).waitFor()
          await page.getByRole("button", { name: "Close this message" }).click()

          // Given to those whose tickets one does not see, it is gone, and not without a question.
          await page.getByRole("combobox", { name: "Team" }).click()
          await page.getByRole("option", { name: "Network" }).click()
          await page.getByRole("button", { name: "Keep it here" }).click()
          assert.strictEqual((await now()).teamId, teamId)
          await page.getByRole("combobox", { name: "Team" }).click()
          await page.getByRole("option", { name: "Network" }).click()
          await page.getByRole("button", { name: "Hand it over" }).click()
          await page.getByRole("heading", { name: `Ticket ${data.number} is with Network now` }).waitFor()
        })
        for (const { failures, forbidden } of [ada, carla]) {
          assert.deepStrictEqual({ failures, forbidden }, { failures: [], forbidden: [] })
        }
      }).pipe(Effect.scoped),
    patience
  )

  it.effect(
    "says who watches a ticket; anybody watches by themselves, agents have others watch",
    () =>
      Effect.gen(function*() {
        const { ask, opened, url } = yield* Office
        const { data } = yield* steps(() =>
          ask("customer", "POST", "/v1/tickets", { title: "To be watched", description: "" })
        )
        const watchers = async (): Promise<ReadonlyArray<string>> => {
          const { data: people } = await ask("admin", "GET", "/v1/users")
          const { data: known } = await ask("admin", "GET", `/v1/tickets/${data.id}/watchers`)
          return known.map(({ userId }: { readonly userId: string }) =>
            people.find(({ id }: { readonly id: string }) => id === userId).name
          ).toSorted()
        }
        const [ada, carla] = yield* Effect.all([window(opened, url), window(opened, url)])
        yield* steps(async () => {
          for (const [{ page }, who] of [[ada, "agent"], [carla, "customer"]] as const) {
            await signIn(page, who)
            await page.goto(`/tickets/${data.number}`)
            await page.locator(".watchers").getByText("Nobody").waitFor()
          }
          const [hers, theirs] = [ada.page.locator(".watchers"), carla.page.locator(".watchers")]
          await ada.page.getByRole("button", { name: "Add somebody" }).click()
          await ada.page.keyboard.type("Amir")
          await ada.page.getByRole("option", { name: "Amir Haddad" }).click()
          await hers.getByText("Amir Haddad").waitFor()
          // Live, to whoever does not know the others by name.
          await theirs.getByText("1 other person").waitFor()
          await theirs.getByRole("button", { name: "Watch" }).click()
          await theirs.getByText("You").waitFor()
          await hers.getByText("Carla Mendes").waitFor()
          await hers.getByRole("button", { name: "Watch", exact: true }).click()
          await hers.getByRole("button", { name: "Stop watching" }).waitFor()
          assert.deepStrictEqual(await watchers(), ["Ada Ortega", "Amir Haddad", "Carla Mendes"])

          await hers.getByRole("button", { name: "Amir Haddad watches no more" }).click()
          await hers.getByText("Amir Haddad").waitFor({ state: "detached" })
          await theirs.getByRole("button", { name: "Stop watching" }).click()
          await theirs.getByRole("button", { name: "Watch", exact: true }).waitFor()
          await hers.getByText("Carla Mendes").waitFor({ state: "detached" })
          assert.deepStrictEqual(await watchers(), ["Ada Ortega"])
        })
      }).pipe(Effect.scoped),
    patience
  )
}
