import chromium from "@sparticuz/chromium"
import { Effect } from "effect"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Browser as Opened, BrowserContextOptions, Page } from "playwright-core"
import { chromium as playwright } from "playwright-core"

/** The browser is unpacked into a folder of this run's own: in the shared one it may be somebody else's. */
const unpacked = Effect.acquireRelease(
  Effect.promise(async () => {
    const folder = await mkdtemp(join(tmpdir(), "opsdesk-browser-"))
    process.env["TMPDIR"] = folder
    return { folder, path: await chromium.executablePath() }
  }),
  ({ folder }) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
)

/** Without what the package adds for other machines: there the browser looks away from what a page may do. */
const args = ["--no-sandbox", "--disable-dev-shm-usage", "--headless=shell"]

export const browser = Effect.acquireRelease(
  Effect.flatMap(
    unpacked,
    ({ path }) => Effect.promise(() => playwright.launch({ executablePath: path, args, headless: true }))
  ),
  (open) => Effect.promise(() => open.close())
)

/** What a page has asked of whom, and what went wrong in it. */
export interface Watched {
  readonly page: Page
  readonly elsewhere: ReadonlyArray<string>
  readonly dialogs: ReadonlyArray<string>
  /** What a policy forbids is only told to the console. */
  readonly forbidden: ReadonlyArray<string>
  readonly failures: ReadonlyArray<string>
}

/** Somebody's browser of their own: nothing is shared with another's. */
export const window = (opened: Opened, url: string, options: BrowserContextOptions = {}) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const context = await opened.newContext({ viewport: { width: 1280, height: 820 }, baseURL: url, ...options })
      const page = await context.newPage()
      page.setDefaultTimeout(60_000)
      const watched = {
        page,
        elsewhere: new Array<string>(),
        dialogs: new Array<string>(),
        forbidden: new Array<string>(),
        failures: new Array<string>()
      }
      page.on("request", (request) => request.url().startsWith(url) || watched.elsewhere.push(request.url()))
      page.on("dialog", (dialog) => {
        watched.dialogs.push(dialog.message())
        void dialog.dismiss()
      })
      page.on("pageerror", (error) => watched.failures.push(error.message))
      page.on(
        "console",
        (said) => said.text().includes("Content Security Policy") && watched.forbidden.push(said.text())
      )
      return watched
    }),
    ({ page }) => Effect.promise(() => page.context().close())
  )

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
