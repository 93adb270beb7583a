import type { User } from "@opsdesk/client/things"
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

const isOnlyCustomer = ({ roles }: User): boolean => roles.every((role) => role === "customer")

/** Whether somebody can be given tickets, as far as their account says. */
export const worksHere = (person: User): boolean => person.active && !isOnlyCustomer(person)

/** As a list to choose from has them. */
export const asOptions = (people: Iterable<User>): Array<{ readonly value: string; readonly label: string }> =>
  [...people].map(({ id, name }) => ({ value: id, label: name }))
