import type { RefObject } from "react"
import { useEffect, useLayoutEffect, useRef } from "react"

/**
 * Names the page in the browser's tab, and takes a keyboard or screen reader to its heading when it comes up: a page that
 * is only drawn anew says nothing of that by itself.
 */
export const useTitle = (title: string, goThere = true): RefObject<HTMLHeadingElement | null> => {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    globalThis.document.title = `${title} · OpsDesk`
  }, [title])
  // Before anybody sees it: whoever is quick to write is not taken away from there.
  useLayoutEffect(() => {
    if (goThere) heading.current?.focus({ preventScroll: true })
  }, [goThere])
  return heading
}
