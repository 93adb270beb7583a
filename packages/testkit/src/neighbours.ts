import { connect } from "node:net"
import process from "node:process"

/** Servers that some suites need and the tests do not bring along. */
export const neighbours = {
  redis: { variable: "REDIS_URL", usually: "redis://127.0.0.1:6379", port: 6379 },
  rabbitmq: { variable: "AMQP_URL", usually: "amqp://guest:guest@127.0.0.1:5672", port: 5672 }
} as const
export type Neighbour = keyof typeof neighbours

/** Where those servers are; null for one that does not answer. */
export type Reachable = { readonly [name in Neighbour]: string | null }

const answers = (url: string, port: number) =>
  new Promise<boolean>((resolve) => {
    const { hostname, port: said } = new URL(url)
    const socket = connect({ host: hostname, port: Number(said || port), timeout: 2000 })
    const end = (there: boolean) => {
      socket.destroy()
      resolve(there)
    }
    socket.once("connect", () => end(true)).once("timeout", () => end(false)).on("error", () => end(false))
  })

const named = (list: string): ReadonlyArray<string> => list.split(",").map((name) => name.trim()).filter(Boolean)

/**
 * Where the neighbours are: at their variables' addresses, else at their usual ports on this machine. `OPSDESK_REQUIRE`
 * names those that must be there, such as `redis,rabbitmq`: then no suite can be left out without anybody noticing.
 */
export const whoIsReachable = async (
  environment: Readonly<Record<string, string | undefined>> = process.env
): Promise<Reachable> => {
  const at = async (name: Neighbour) => {
    const { port, usually, variable } = neighbours[name]
    const url = environment[variable] || usually
    return await answers(url, port) ? url : null
  }
  const found: Reachable = { redis: await at("redis"), rabbitmq: await at("rabbitmq") }
  for (const name of named(environment["OPSDESK_REQUIRE"] ?? "")) {
    if (name !== "redis" && name !== "rabbitmq") throw new Error(`OPSDESK_REQUIRE names ${name}, which no suite needs`)
    if (found[name] === null) {
      throw new Error(
        `OPSDESK_REQUIRE names ${name}, which does not answer: start it, or set ${neighbours[name].variable}`
      )
    }
  }
  return found
}

/** One line for whoever runs the tests, for each that is not there. */
export const missing = (found: Reachable): ReadonlyArray<string> =>
  (["redis", "rabbitmq"] as const).filter((name) => found[name] === null).map((name) =>
    `${name} does not answer (${neighbours[name].variable}): the suites that need it do not run`
  )
