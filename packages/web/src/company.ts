import type { RoomNews } from "@opsdesk/client/Rooms"
import { useEffect, useRef, useState } from "react"

/** So long somebody is taken to be writing after they were last said to be. */
const lapses = 5_000

/** Who else has a ticket open, and who of them is writing. */
export const useCompany = (myId: string) => {
  const [present, setPresent] = useState<ReadonlyArray<string>>([])
  const [writing, setWriting] = useState<ReadonlyArray<string>>([])
  const timers = useRef(new Map<string, ReturnType<typeof setTimeout>>())

  const stop = (userId: string) => {
    clearTimeout(timers.current.get(userId))
    timers.current.delete(userId)
    setWriting((known) => known.filter((id) => id !== userId))
  }

  useEffect(() => {
    const running = timers.current
    return () => running.forEach((timer) => clearTimeout(timer))
  }, [])

  const hear = (news: RoomNews) => {
    if (news._tag === "Presence") setPresent([...new Set<string>(news.userIds)].filter((id) => id !== myId))
    if (news._tag === "Event" && news.event.type === "message:new") stop(news.event.message.authorId)
    if (news._tag !== "Typing" || news.userId === myId) return
    stop(news.userId)
    if (!news.typing) return
    setWriting((known) => [...known, news.userId])
    timers.current.set(news.userId, setTimeout(() => stop(news.userId), lapses))
  }

  return { present, writing, hear }
}
