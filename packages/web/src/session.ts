import { OpsDesk } from "@opsdesk/client/OpsDesk"
import type { Kept } from "@opsdesk/client/Session"
import { Session } from "@opsdesk/client/Session"
import { troubleOf } from "@opsdesk/client/troubleOf"
import { Effect, Option, Schema, Stream } from "effect"
import { useSyncExternalStore } from "react"
import { ask, during } from "./desk.ts"

/** `unknown` until it is clear whether an earlier session goes on. */
export type Standing = "unknown" | "out" | "in"

const name = "opsdesk.session"

const readKept = Schema.decodeUnknownOption(
  Schema.fromJsonString(Schema.Struct({ refreshToken: Schema.String, attempt: Schema.String }))
)

/**
 * Tokens are in memory while the page lives. Only when it goes away, to be loaded anew or for another page, is the refresh
 * token put where the same tab finds it again, which takes it out at once: a second tab that the browser copies from this
 * one gets none, and no script that reads storage does while the page is there.
 */
const takeKept = (): Kept | null => {
  const text = globalThis.sessionStorage.getItem(name)
  globalThis.sessionStorage.removeItem(name)
  return text === null ? null : Option.getOrNull(readKept(text))
}

let kept: Kept | null = null
let standing: Standing = "unknown"
let notice: string | null = null
const listeners = new Set<() => void>()

const become = (next: Standing, why: string | null = notice) => {
  standing = next
  notice = why
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export const useStanding = (): Standing => useSyncExternalStore(subscribe, () => standing)
/** Why somebody has to sign in who did not ask for it. */
export const useNotice = (): string | null => useSyncExternalStore(subscribe, () => notice)

const whyNot: Readonly<Record<string, string>> = {
  expired: "The sign-in took too long, or began in another browser. Try again.",
  denied: "The sign-in was declined.",
  refused: "Your account is not let in here. Ask your administrator.",
  unavailable: "The sign-in provider cannot be reached just now. Try again shortly."
}

/** What a sign-in at the provider has put behind the `#`: taken out of the address at once, as it is a secret. */
const takeHandoff = (): { readonly code: string | null; readonly why: string | null } => {
  const fragment = new URLSearchParams(globalThis.location.hash.slice(1))
  const [code, error] = [fragment.get("oidc"), fragment.get("oidc-error")]
  if (code !== null || error !== null) globalThis.history.replaceState(null, "", globalThis.location.pathname)
  return { code, why: error === null ? null : whyNot[error] ?? "Signing in has failed. Try again." }
}

const begin = Effect.gen(function*() {
  const session = yield* Session
  const { code, why } = takeHandoff()
  const earlier = takeKept()
  if (code !== null) yield* session.signInByCode(code)
  else if (earlier !== null) {
    kept = earlier
    yield* session.restore(earlier)
  } else become("out", why)
}).pipe(Effect.catch((error) =>
  Effect.sync(() => {
    const { code, detail, title } = troubleOf(error)
    become("out", code === "unreadable" ? null : `${title}. ${detail}`)
  })
))

const follow = Effect.gen(function*() {
  const session = yield* Session
  yield* session.changes.pipe(Stream.runForEach((now) =>
    Effect.sync(() => {
      kept = now
      if (now !== null) become("in", null)
      else if (standing === "in") become("out", "You have been signed out. Sign in to go on.")
    })
  ))
})

/** Called once, before anything is shown. */
export const openSession = (): void => {
  during(follow)
  during(begin)
  globalThis.addEventListener("pagehide", () => {
    if (kept !== null) globalThis.sessionStorage.setItem(name, JSON.stringify(kept))
  })
  // A page that the browser had put by is back: it has its tokens still.
  globalThis.addEventListener("pageshow", ({ persisted }) => persisted && takeKept())
}

export const signIn = (email: string, password: string) =>
  ask(Effect.flatMap(Session, (session) => session.signIn(email, password)))

export const signOut = () =>
  ask(
    Effect.flatMap(OpsDesk, ({ signOut }) =>
      Effect.andThen(
        Effect.sync(() => become("out", null)),
        Effect.ignore(signOut)
      ))
  )

export const signInConfig = (signal: AbortSignal) =>
  ask(Effect.flatMap(Session, ({ signInConfig }) => signInConfig), signal)
