import type { Redis } from "ioredis"

/**
 * Which run of a server the line leads to, or null while that is not known. A server that has started again, or another
 * in its place, may have lost what it acknowledged last: what is kept under one run is not looked for under another.
 */
export const serverOf = (client: Redis) => {
  let run: string | null = null
  client.on("close", () => {
    run = null
  })
  client.on("ready", () => {
    client.info("server").then(
      (text) => {
        run = /run_id:(\w+)/.exec(text)?.[1] ?? "unnamed"
      },
      (error: Error) => {
        // Where it may not be asked, none of the instances is told; where it did not answer, the line is of no use.
        if (error.message.startsWith("NOPERM")) run = "unnamed"
        else client.disconnect(true)
      }
    )
  })
  return () => run
}
