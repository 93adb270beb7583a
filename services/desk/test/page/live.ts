import type { Vitest } from "@effect/vitest"
import { assert } from "@effect/vitest"
import { window } from "@opsdesk/testkit/browser"
import { Effect } from "effect"
import type { Page } from "playwright-core"
import { patience, programs, run, untilStatus } from "../RunningDesk.ts"
import { Office } from "./Office.ts"
import { signIn, steps } from "./steps.ts"

const write = async (page: Page, body: string): Promise<void> => {
  await page.getByRole("textbox", { name: /Reply|Internal note/ }).fill(body)
  await page.keyboard.press("Control+Enter")
}

/** A message that has arrived: one that is still on its way looks otherwise. */
const said = (page: Page, body: string) => page.locator(".said:not([data-state])", { hasText: body })

/** What a page shows of what happens while it is open. */
export const live = (it: Vitest.MethodsNonLive<Office>): void => {
  it.effect(
    "shows two people what each of them writes, and both what others do, without being loaded anew",
    () =>
      Effect.gen(function*() {
        const { ask, opened, url } = yield* Office
        const [carla, ada] = yield* Effect.all([window(opened, url), window(opened, url)])
        yield* steps(async () => {
          await signIn(carla.page, "customer")
          await signIn(ada.page, "agent")
          await ada.page.locator("table.rows").waitFor()

          await carla.page.getByRole("button", { name: "New ticket" }).click()
          await carla.page.getByLabel("What is it about?").fill("The lamp is red")
          await carla.page.getByLabel("What happened, and since when?").fill("Since this morning.")
          await carla.page.getByRole("button", { name: "Open ticket" }).click()
          await carla.page.getByRole("heading", { name: "The lamp is red" }).waitFor()
          const number = new URL(carla.page.url()).pathname.split("/").at(-1) ?? ""

          // It comes up in the list by itself.
          await ada.page.getByRole("link", { name: "The lamp is red" }).click()
          await ada.page.getByRole("heading", { name: "The lamp is red" }).waitFor()
          await carla.page.getByText("Support has this ticket open").waitFor()
          await ada.page.getByText("Carla Mendes has this ticket open").waitFor()
          // What would be gone if the page were loaded anew.
          for (const { page } of [carla, ada]) await page.evaluate(() => void (globalThis.window.name = "the same"))

          await carla.page.getByRole("textbox", { name: "Reply" }).pressSequentially("It blinks, too.")
          await ada.page.getByText("Carla Mendes is writing…").waitFor()
          await carla.page.keyboard.press("Control+Enter")
          await said(ada.page, "It blinks, too.").waitFor()
          await said(carla.page, "It blinks, too.").waitFor()
          await ada.page.getByText("is writing…").waitFor({ state: "detached" })

          await ada.page.getByText("Internal note", { exact: true }).click()
          await write(ada.page, "canary: that lamp again")
          await said(ada.page, "canary: that lamp again").getByText("Internal note").waitFor()
          await ada.page.getByText("Reply", { exact: true }).click()
          await write(ada.page, "I am looking at it.")
          await said(carla.page, "I am looking at it.").waitFor()
          assert.notInclude(await carla.page.content(), "canary")

          await ask("agent", "PATCH", `/v1/tickets/${number}/status`, { status: "waiting", comment: "For a lamp." })
          for (const { page } of [carla, ada]) {
            await page.locator(".ticket-head .status[data-status=waiting]").waitFor()
            await page.locator(".moved", { hasText: "For a lamp." }).waitFor()
          }
          await ask("agent2", "PUT", `/v1/tickets/${number}/assignee`, {
            assigneeId: (await ask("agent2", "GET", "/v1/me")).data.id
          })
          await ada.page.getByLabel("Assignee").and(ada.page.locator("[value='Amir Haddad']")).waitFor()

          for (const { page } of [carla, ada]) {
            assert.strictEqual(await page.evaluate(() => globalThis.window.name), "the same")
            assert.strictEqual(await page.locator(".said", { hasText: "It blinks, too." }).count(), 1)
            assert.strictEqual(await page.locator(".said", { hasText: "I am looking at it." }).count(), 1)
          }
          await carla.page.getByRole("link", { name: "Tickets" }).first().click()
          await ada.page.getByText("has this ticket open").waitFor({ state: "detached" })
          await carla.page.reload()
          await carla.page.getByRole("link", { name: "The lamp is red" }).click()
          await said(carla.page, "I am looking at it.").waitFor()
          assert.notInclude(await carla.page.content(), "canary")
        })
        for (const { dialogs, elsewhere, failures, forbidden } of [carla, ada]) {
          assert.deepStrictEqual({ dialogs, elsewhere, failures, forbidden }, {
            dialogs: [],
            elsewhere: [],
            failures: [],
            forbidden: []
          })
        }
      }).pipe(Effect.scoped),
    patience
  )

  it.effect(
    "does without a line where none can be had; what is refused says why, and is sent again when asked",
    () =>
      Effect.gen(function*() {
        const { ask, opened, url } = yield* Office
        const { data } = yield* steps(() =>
          ask("customer", "POST", "/v1/tickets", { title: "Refused at first", description: "" })
        )
        const { page } = yield* window(opened, url)
        const refusal = { type: "/problems/forbidden", title: "You may not do that", status: 403, code: "forbidden" }
        yield* steps(async () => {
          // Something between the page and the desk that lets no line through, and refuses one request.
          await page.routeWebSocket(/\/ws$/, (socket) => void socket.close())
          await page.route("**/messages", (route) =>
            route.request().method() === "POST"
              ? route.fulfill({
                status: 403,
                contentType: "application/problem+json",
                body: JSON.stringify({ ...refusal, detail: "Not just now.", permission: "message:send" })
              })
              : route.continue())
          await signIn(page, "customer")
          await page.goto(`/tickets/${data.number}`)
          await write(page, "Do you take this?")
          await page.getByText("Not just now.").waitFor()
          await page.unroute("**/messages")
          await page.getByRole("button", { name: "Try again" }).click()
          await said(page, "Do you take this?").waitFor()
          const { data: kept } = await ask("agent", "GET", `/v1/tickets/${data.number}/messages`)
          assert.strictEqual(kept.length, 1)
        })
      }).pipe(Effect.scoped),
    patience
  )

  it.effect(
    "says when the desk has gone, keeps what was written, and goes on when it is back",
    () =>
      Effect.gen(function*() {
        const { ask, desk, opened, url, variables } = yield* Office
        const { data } = yield* steps(() =>
          ask("customer", "POST", "/v1/tickets", { title: "While nobody is there", description: "" })
        )
        const { page } = yield* window(opened, url)
        const banner = page.getByText("The connection to the desk is lost.")
        const inVain: Array<string> = []
        page.on("requestfailed", (request) => inVain.push(new URL(request.url()).pathname))
        yield* steps(async () => {
          // What the page asks every few seconds while the desk is away, it asks sooner.
          await page.addInitScript(() => {
            const { setInterval } = globalThis
            const sooner = (run: () => void, every: number) => setInterval(run, Math.min(every, 3_000))
            Object.assign(globalThis, { setInterval: sooner })
          })
          await signIn(page, "customer")
          await page.goto(`/tickets/${data.number}`)
          await write(page, "Before")
          await said(page, "Before").waitFor()
          assert.strictEqual(await banner.count(), 0)
        })
        desk.child.kill("SIGTERM")
        yield* desk.ended
        yield* steps(async () => {
          await banner.waitFor()
          await write(page, "Meanwhile")
          // For so long that the page has asked whether its user is let in still, and has given that up once.
          while (inVain.filter((path) => path === "/v1/me").length < 5) await page.waitForEvent("requestfailed")
          await page.locator(".said[data-state=sending]", { hasText: "Meanwhile" }).waitFor()
        })
        const again = yield* run(programs.desk, [], variables)
        yield* untilStatus(`${url}/health/ready`, 200, again)
        yield* steps(async () => {
          await banner.waitFor({ state: "detached", timeout: 40_000 })
          await said(page, "Meanwhile").waitFor()
          await ask("agent", "POST", `/v1/tickets/${data.number}/messages`, { body: "After" })
          await said(page, "After").waitFor()
          assert.strictEqual(await page.locator(".said", { hasText: "Meanwhile" }).count(), 1)
          const { data: kept } = await ask("agent", "GET", `/v1/tickets/${data.number}/messages`)
          assert.deepStrictEqual(kept.map(({ body }: { readonly body: string }) => body), [
            "Before",
            "Meanwhile",
            "After"
          ])
        })
      }).pipe(Effect.scoped),
    patience
  )
}
