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
/** Somebody signs out: what is still heard of the session until the desk has ended it is not kept. */
let isLeaving = false
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
  busy: "Too many people are signing in just now. Try again in a minute.",
  unavailable: "The sign-in provider cannot be reached just now. Try again shortly."
}

const going = "opsdesk.going"

/** Signing in at the provider leaves the page; where somebody wanted to go is found again on the way back. */
export const leaveForProvider = (): void => globalThis.sessionStorage.setItem(going, globalThis.location.pathname)

const takeGoing = (): string => {
  const path = globalThis.sessionStorage.getItem(going) ?? ""
  globalThis.sessionStorage.removeItem(going)
  return /^\/tickets(?:\/[1-9]\d{0,8})?$/.test(path) ? path : globalThis.location.pathname
}

/** What a sign-in at the provider has put behind the `#`: taken out of the address at once, as it is a secret. */
const takeHandoff = (): { readonly code: string | null; readonly why: string | null } => {
  const fragment = new URLSearchParams(globalThis.location.hash.slice(1))
  const [code, error] = [fragment.get("oidc"), fragment.get("oidc-error")]
  if (code !== null || error !== null) globalThis.history.replaceState(null, "", takeGoing())
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
      if (isLeaving && now !== null) return
      isLeaving = false
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
  // A page that the browser had put by is back, with its tokens; unless the tab has signed in, out or on meanwhile.
  globalThis.addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return
    const latest = takeKept()
    if (latest?.refreshToken === kept?.refreshToken) return
    kept = latest
    globalThis.location.reload()
  })
}

/** Ends when whoever signs out here has done so at the desk as well. */
let left: Promise<void> = Promise.resolve()

export const signIn = async (email: string, password: string): Promise<void> => {
  await left
  await ask(Effect.flatMap(Session, (session) => session.signIn(email, password)))
}

export const signOut = (): void => {
  isLeaving = true
  kept = null
  become("out", null)
  left = ask(Effect.flatMap(OpsDesk, ({ signOut }) => Effect.ignore(signOut)))
}

export const signInConfig = (signal: AbortSignal) =>
  ask(Effect.flatMap(Session, ({ signInConfig }) => signInConfig), signal)
