import { describe, inject, it } from "vitest"
import type { Neighbour } from "./reachable.ts"

/** A suite that needs a server which the tests do not bring along. Where it is not, the suite says so and does not run. */
export const whenReachable = (name: Neighbour, suite: (url: string) => void): void => {
  const url = inject("reachable")[name]
  if (url !== null) return suite(url)
  describe(`what needs ${name}`, () => {
    it("does not run here", (test) => test.skip(`${name} does not answer`))
  })
}
