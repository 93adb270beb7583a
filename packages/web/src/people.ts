import { usePeople } from "./queries.ts"
import type { Somebody } from "./rights.ts"
import { maySeePeople } from "./rights.ts"

export interface Names {
  readonly of: (id: string) => string
  /** The same, but oneself by name: for initials. */
  readonly inFull: (id: string) => string
}

/** What people are called: oneself by "You", others by name for who may see people, and by what they are here for others. */
export const useNames = (me: Somebody): Names => {
  const people = usePeople(maySeePeople(me)).data
  const inFull = (id: string) => id === me.id ? me.name : people?.get(id)?.name ?? (maySeePeople(me) ? "…" : "Support")
  return { inFull, of: (id) => id === me.id ? "You" : inFull(id) }
}
