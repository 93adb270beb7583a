import type { RoomName } from "@opsdesk/client/Frames"
import type { ConnectionState } from "@opsdesk/client/Realtime"
import { Realtime } from "@opsdesk/client/Realtime"
import type { RoomNews } from "@opsdesk/client/Rooms"
import { Effect, Stream } from "effect"
import { useEffect, useEffectEvent, useState, useSyncExternalStore } from "react"
import { ask, during } from "./desk.ts"

/** How the connection is, now and whenever that changes. */
export const useConnection = (): ConnectionState => {
  const [state, setState] = useState<ConnectionState>("off")
  useEffect(
    () =>
      during(
        Effect.flatMap(Realtime, ({ state }) => Stream.runForEach(state, (now) => Effect.sync(() => setState(now))))
      ),
    []
  )
  return state
}

const subscribeToNetwork = (listener: () => void) => {
  const events = ["online", "offline"] as const
  for (const event of events) globalThis.addEventListener(event, listener)
  return () => events.forEach((event) => globalThis.removeEventListener(event, listener))
}

/** Whether the machine has a network, as far as the browser knows. */
export const useOnline = (): boolean => useSyncExternalStore(subscribeToNetwork, () => globalThis.navigator.onLine)

/** Whoever looks at the page again, or has a network again, is not kept waiting for the next attempt. */
export const hurryWhenBack = (): void => {
  const hurry = () => void ask(Effect.flatMap(Realtime, ({ hurry }) => hurry))
  globalThis.addEventListener("online", hurry)
  globalThis.document.addEventListener("visibilitychange", () => globalThis.document.hidden || hurry())
}

/** Follows a room while the component is there. `refused`: there is no such room, or no longer. */
export const useRoom = (room: RoomName, hear: (news: RoomNews) => void, refused: () => void): void => {
  const heard = useEffectEvent(hear)
  const wasRefused = useEffectEvent(refused)
  useEffect(() =>
    during(Effect.flatMap(Realtime, ({ follow }) =>
      follow(room).pipe(
        Stream.runForEach((news) => Effect.sync(() => heard(news))),
        Effect.catchTag("RoomRefused", () => Effect.sync(() => wasRefused())),
        // Another part of this page follows it now.
        Effect.catchTag("RoomTaken", () => Effect.void)
      ))), [room])
}

export const sayTyping = (ticketId: string, typing: boolean): void =>
  void ask(Effect.flatMap(Realtime, (realtime) => realtime.typing(ticketId, typing)))
