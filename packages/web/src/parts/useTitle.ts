import type { RefObject } from "react"
import { useEffect, useRef } from "react"

/**
 * Names the page in the browser's tab, and takes a keyboard or screen reader to its heading when it comes up: a page that
 * is only drawn anew says nothing of that by itself.
 */
export const useTitle = (title: string, goThere = true): RefObject<HTMLHeadingElement | null> => {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    globalThis.document.title = `${title} · OpsDesk`
  }, [title])
  useEffect(() => {
    if (goThere) heading.current?.focus({ preventScroll: true })
  }, [goThere])
  return heading
}
