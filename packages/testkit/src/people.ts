/** The people of the tests; each signs in with `<name>@test.local` and `passwordOf(name)`. */
export const people = {
  alex: { role: "admin", team: null },
  ada: { role: "agent", team: "Support" },
  amir: { role: "agent", team: "Support" },
  nora: { role: "agent", team: "Network" },
  /** An agent who has left. */
  dora: { role: "agent", team: "Support" },
  carla: { role: "customer", team: null },
  chris: { role: "customer", team: null }
} as const satisfies Record<string, { readonly role: string; readonly team: "Support" | "Network" | null }>

export type Person = keyof typeof people

export const personNames: ReadonlyArray<Person> = ["alex", "ada", "amir", "nora", "dora", "carla", "chris"]

export const emailOf = (person: Person): string => `${person}@test.local`

export const passwordOf = (person: Person): string => `${person} may come in`

/** Ids that never vary, so that a test can name people and teams without asking. */
const id = (last: string) => `0198c7a2-0000-7000-8000-0000000000${last}`

export const personIds = {
  alex: id("01"),
  ada: id("02"),
  amir: id("03"),
  nora: id("04"),
  dora: id("05"),
  carla: id("06"),
  chris: id("07")
} as const satisfies Record<Person, string>

export const teamIds = { Support: id("a1"), Network: id("a2") } as const
