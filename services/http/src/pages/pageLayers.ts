import { Effect, Layer, Ref } from "effect"
import { madePage, makePage } from "./makePage.ts"
import type { PageState } from "./WebPage.ts"
import { WebPage } from "./WebPage.ts"

const following = Effect.fnUntraced(function*<E, R>(work: Effect.Effect<PageState, E, R>) {
  const state = yield* Ref.make<PageState>({ _tag: "Making" })
  yield* work.pipe(
    Effect.tapCause((cause) => Effect.logError("the page could not be made; everything else works", cause)),
    Effect.catchCause(() => Effect.succeed<PageState>({ _tag: "Broken" })),
    Effect.flatMap((now) => Ref.set(state, now)),
    Effect.forkScoped
  )
  return { state: Ref.get(state) }
})

/** Makes the page beside everything else where its sources are new, so that the desk is ready before it is. */
export const PageOfSources = Layer.effect(WebPage, following(makePage))

/** The page that `pnpm build:web` has made. A deployment makes nothing at start, and may serve its page elsewhere. */
export const PageMadeBefore = Layer.effect(
  WebPage,
  following(Effect.flatMap(madePage, (page) =>
    page === null
      ? Effect.as(
        Effect.logInfo("no page is served: `pnpm build:web` makes it"),
        { _tag: "None" } as const
      )
      : Effect.succeed(page)))
)
