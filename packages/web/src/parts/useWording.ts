import { troubleOf } from "@opsdesk/client/troubleOf"
import { useState } from "react"
import type { Wish } from "../changes.ts"
import { Overtaken, useChange } from "../changes.ts"
import type { Seen } from "../queries.ts"

interface Draft {
  readonly text: string
  /** As it stood when somebody began to write. */
  readonly seen: Seen
}

/** A part of a ticket that is written, and how somebody who is at it would have it; nothing while nobody is. */
export const useWording = (seen: Seen, part: "title" | "description") => {
  const [draft, setDraft] = useState<Draft | null>(null)
  const [isBack, setIsBack] = useState(false)
  const change = useChange(seen)
  const close = () => {
    setDraft(null)
    setIsBack(true)
    change.reset()
  }
  const ask = (seen: Seen, wish: Wish) => change.mutate({ seen, wish }, { onSuccess: close })
  const fault = change.isError && !(change.error instanceof Overtaken)
    ? troubleOf(change.error).fields.get(part)
    : undefined
  return {
    text: draft?.text ?? null,
    /** Somebody has been at it: a keyboard comes back to where it left. */
    isBack,
    change,
    fault,
    begin: () => setDraft({ text: seen.ticket[part], seen }),
    write: (text: string) => setDraft({ text, seen: draft?.seen ?? seen }),
    save: (to: string) => {
      if (draft === null || to === draft.seen.ticket[part]) return close()
      // Whoever saves again after a conflict has read of it.
      ask(change.error instanceof Overtaken ? seen : draft.seen, { part, to })
    },
    insist: (wish: Wish) => ask(seen, wish),
    close
  }
}
