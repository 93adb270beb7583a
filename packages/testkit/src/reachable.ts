import { Effect } from "effect"
import { connect } from "node:net"
import process from "node:process"

/** Whether somebody listens there, asked once. */
export const isReachable = (url: string): Promise<boolean> => {
  const { hostname, port } = new URL(url)
  return Effect.runPromise(
    Effect.callback<boolean>((resume) => {
      const socket = connect({ host: hostname, port: Number(port) })
      const say = (there: boolean) => {
        socket.destroy()
        resume(Effect.succeed(there))
      }
      socket.once("connect", () => say(true)).once("error", () => say(false))
    }).pipe(Effect.timeoutOrElse({ duration: "2 seconds", orElse: () => Effect.succeed(false) }))
  )
}

/**
 * Where a service for tests is: as the environment says, or at its default port. Where none answers, null, and a line that
 * says which suites did not run; but whoever has named one wants it used.
 */
export const serviceAt = async (name: string, usual: string): Promise<string | null> => {
  const named = process.env[name]
  const url = named === undefined || named === "" ? usual : named
  if (await isReachable(url)) return url
  if (url === named) throw new Error(`${name} is set, and nobody answers there`)
  process.stdout.write(`not run, as nobody answers at ${usual} and ${name} is not set\n`)
  return null
}

export const redisUrl = () => serviceAt("REDIS_URL", "redis://127.0.0.1:6379")
