import { Option } from "effect"

/** What a worker can be there for: publishing what happened, and each of those who act on it. */
export const allWorks = ["relay", "notifications", "cache", "audit", "reports"] as const
export type Work = typeof allWorks[number]

const isWork = (name: string): name is Work => allWorks.some((work) => work === name)

/** A comma list of works, or nothing where it is none. */
export const worksOf = (text: string): Option.Option<ReadonlySet<Work>> => {
  const names = text.split(",").map((name) => name.trim())
  return names.every(isWork) ? Option.some(new Set(names)) : Option.none()
}
