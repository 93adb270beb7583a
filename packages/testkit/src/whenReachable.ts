import { describe, inject, it } from "vitest"
import type { Neighbour } from "./neighbours.ts"
import { canStartRabbit } from "./OwnRabbit.ts"

/** A suite that needs a server which the tests do not bring along. Where it is not, the suite says so and does not run. */
export const whenReachable = (name: Neighbour, suite: (url: string) => void): void => {
  const url = inject("reachable")[name]
  if (url === null) leftOut(name, `${name} does not answer`)
  else suite(url)
}

/** A suite that starts a RabbitMQ of its own, where this machine has one to start. */
export const whenRabbitStarts = (suite: () => void): void => {
  if (canStartRabbit) suite()
  else leftOut("a RabbitMQ of its own", "there is no rabbitmq-server on this machine")
}

const leftOut = (needed: string, why: string): void => {
  describe(`what needs ${needed}`, () => {
    it("does not run here", (test) => test.skip(why))
  })
}
