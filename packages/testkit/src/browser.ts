import chromium from "@sparticuz/chromium"
import { Effect, Exit } from "effect"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Browser as Opened, BrowserContextOptions, Page } from "playwright-core"
import { chromium as playwright } from "playwright-core"

/** The browser is unpacked into a folder of this run's own: in the shared one it may be somebody else's. */
const unpacked = Effect.acquireRelease(
  Effect.promise(async () => {
    const before = tmpdir()
    const folder = await mkdtemp(join(before, "opsdesk-browser-"))
    process.env["TMPDIR"] = folder
    return { before, folder, path: await chromium.executablePath() }
  }),
  ({ before, folder }) =>
    Effect.promise(() => {
      process.env["TMPDIR"] = before
      return rm(folder, { recursive: true, force: true })
    })
)

/** Without what the package adds for other machines: there the browser looks away from what a page may do. */
const args = ["--no-sandbox", "--disable-dev-shm-usage", "--headless=shell"]

/** A browser, closed with the scope. */
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
  /** Every error that was told to the console. */
  readonly said: ReadonlyArray<string>
  /** Each answer that the page has got. */
  readonly asked: ReadonlyArray<string>
}

/** What somebody saw where a test has failed, as a screen reader would tell it, and what the page had asked and been told. */
const tellOf = Effect.fnUntraced(function*({ asked, failures, page, said }: Watched) {
  const seen = yield* Effect.promise(() =>
    page.locator("body").ariaSnapshot({ timeout: 5_000 }).catch((error: unknown) => String(error))
  )
  yield* Effect.logError([`at ${page.url()}:`, seen, ...failures, ...said, ...asked.slice(-20)].join("\n"))
})

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
        failures: new Array<string>(),
        said: new Array<string>(),
        asked: new Array<string>()
      }
      page.on("request", (request) => request.url().startsWith(url) || watched.elsewhere.push(request.url()))
      page.on("response", (answer) => {
        watched.asked.push(`${answer.request().method()} ${new URL(answer.url()).pathname} ${answer.status()}`)
      })
      page.on("dialog", (dialog) => {
        watched.dialogs.push(dialog.message())
        void dialog.dismiss()
      })
      page.on("pageerror", (error) => watched.failures.push(error.message))
      page.on("console", (told) => {
        if (told.text().includes("Content Security Policy")) watched.forbidden.push(told.text())
        if (told.type() === "error") watched.said.push(told.text())
      })
      return watched
    }),
    (watched, exit) =>
      Effect.andThen(
        Exit.isFailure(exit) ? tellOf(watched) : Effect.void,
        Effect.promise(() => watched.page.context().close())
      )
  )
