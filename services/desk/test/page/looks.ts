import type { Vitest } from "@effect/vitest"
import { assert } from "@effect/vitest"
import { window } from "@opsdesk/testkit/browser"
import axe from "axe-core"
import { Effect } from "effect"
import type { Page } from "playwright-core"
import { patience } from "../RunningDesk.ts"
import { Office } from "./Office.ts"
import { between, signIn, steps } from "./steps.ts"

/** What would run, load or go somewhere if a page took it for more than text (OWASP, "XSS Filter Evasion"). */
const payloads = [
  "<script>alert('x')</script>",
  "<img src=x onerror=alert(1)>",
  "<svg/onload=alert(1)>",
  "\"><script>alert(1)</script>",
  "<iframe srcdoc=\"<script>parent.alert(1)</script>\"></iframe>",
  "<a href=\"javascript:alert(1)\">a</a>",
  "javascript:alert(1)",
  "<style>@import 'http://elsewhere.test/x.css'</style>",
  "<base href=\"http://elsewhere.test/\">",
  "<form action=\"http://elsewhere.test/\"><button>b</button></form>",
  "<meta http-equiv=refresh content=\"0;url=http://elsewhere.test/\">",
  "{{constructor.constructor('alert(1)')()}}",
  "${alert(1)}",
  "<math><mi//xlink:href=\"data:x,<script>alert(1)</script>\">",
  "</title><script>alert(1)</script>",
  "<details open ontoggle=alert(1)>"
]

const violations = async (page: Page): Promise<ReadonlyArray<string>> => {
  // By the protocol, as the page's own policy lets no script in; once, until it is loaded anew.
  if (!(await page.evaluate<boolean>("'axe' in globalThis"))) await page.evaluate(axe.source)
  const found = await page.evaluate<axe.AxeResults>("axe.run({ resultTypes: ['violations'] })")
  return found.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`)
}

/** Waits for what is coming or going: half way there it has colours that nobody is meant to read. */
const settled = async (page: Page) => {
  await page.evaluate(() =>
    new Promise((resolve) =>
      globalThis.requestAnimationFrame(() => globalThis.requestAnimationFrame(() => resolve(null)))
    )
  )
  await page.waitForFunction(() =>
    globalThis.document.getAnimations().every(({ playState }) => playState !== "running")
  )
}

/** Nothing on it keeps anybody out, in either colour, at a desk and on a phone; and it fits. */
const goodFor = async (page: Page, what: string): Promise<void> => {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1280, 390]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" })
      await page.setViewportSize({ width, height: 844 })
      await settled(page)
      assert.deepStrictEqual(await violations(page), [], `${what}, ${colorScheme}, ${width} pixels wide`)
      const wide = await page.evaluate(() => globalThis.document.documentElement.scrollWidth)
      assert.isAtMost(wide, width, `${what} is wider than the window`)
    }
  }
}

/** How a page looks to whoever looks at it, and to what. */
export const looks = (it: Vitest.MethodsNonLive<Office>): void => {
  it.effect("shows what somebody wrote as text, whatever it is", () =>
    Effect.gen(function*() {
      const { ask, opened, url } = yield* Office
      const { data } = yield* steps(() =>
        ask("customer", "POST", "/v1/tickets", { title: payloads[0], description: payloads.join("\n") })
      )
      for (const body of payloads) {
        yield* steps(() => ask("customer", "POST", `/v1/tickets/${data.id}/messages`, { body }))
      }
      const { dialogs, elsewhere, failures, forbidden, page } = yield* window(opened, url)
      yield* steps(async () => {
        await signIn(page, "agent")
        await page.getByRole("link", { name: payloads[0] ?? "" }).click()
        await page.locator(".said .body").nth(payloads.length).waitFor()
        assert.deepStrictEqual(
          (await page.locator(".said .body").allTextContents()).slice(1).toSorted(),
          payloads.toSorted()
        )
        assert.strictEqual(await page.locator(".said .body *").count(), 0)
      })
      assert.deepStrictEqual({ dialogs, elsewhere, failures, forbidden }, {
        dialogs: [],
        elsewhere: [],
        failures: [],
        forbidden: []
      })
    }).pipe(Effect.scoped), patience)

  it.effect("can be used by everybody, in light and in dark, at a desk and on a phone", () =>
    Effect.gen(function*() {
      const { ask, opened, url } = yield* Office
      const { data } = yield* steps(() =>
        ask("customer", "POST", "/v1/tickets", { title: "Everything at once", description: "In every colour." })
      )
      yield* steps(async () => {
        await ask("agent", "POST", `/v1/tickets/${data.id}/messages`, { body: "A note", visibility: "internal" })
        await ask("agent", "POST", `/v1/tickets/${data.id}/messages`, { body: "A reply" })
        await ask("agent", "PATCH", `/v1/tickets/${data.id}/status`, { status: "waiting", comment: "For a part" })
      })
      const { failures, forbidden, page } = yield* window(opened, url)
      yield* steps(async () => {
        await page.goto("/")
        // Nobody is at the provider's yet.
        await page.getByRole("link", { name: "Sign in at your provider" }).click()
        await page.getByText("The sign-in provider cannot be reached just now.").waitFor()
        await page.getByLabel("E-mail").waitFor()
        await goodFor(page, "sign-in")
        await signIn(page, "agent")
        await page.locator("table.rows tbody tr").first().waitFor()
        await goodFor(page, "list")
        await page.goto(`/tickets/${data.number}`)
        await page.getByText("For a part").waitFor()
        await page.getByRole("button", { name: "Add somebody" }).click()
        await page.getByRole("option", { name: "Chris Walker" }).click()
        await page.getByText("Chris Walker cannot watch this ticket").waitFor()
        // Somebody else has decided otherwise at the same moment.
        await between(page, "PATCH", `/v1/tickets/${data.id}`, () =>
          ask("agent2", "PATCH", `/v1/tickets/${data.id}`, { priority: "low" }))
        await page.getByRole("button", { name: /^Priority/ }).click()
        await page.getByRole("menuitemradio", { name: "Urgent" }).click()
        await page.getByText("Somebody changed the priority meanwhile").waitFor()
        await page.getByRole("button", { name: "Change the title" }).click()
        await page.getByRole("button", { name: "Change the description" }).click()
        await page.getByRole("button", { name: /^Type/ }).click()
        await page.getByRole("menuitemradio", { name: "Request" }).waitFor()
        await goodFor(page, "ticket")
        await page.keyboard.press("Escape")
        await page.getByRole("button", { name: "New ticket" }).click()
        await page.getByLabel("What is it about?").waitFor()
        await goodFor(page, "new ticket")
      })
      assert.deepStrictEqual({ failures, forbidden }, { failures: [], forbidden: [] })
    }).pipe(Effect.scoped), patience)
}
