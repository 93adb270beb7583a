import { Effect } from "effect"
import type { Redis } from "ioredis"
import { Command } from "ioredis"
import { createHash } from "node:crypto"

export type Argument = string | number | Uint8Array

const bufferOf = (value: Argument) => typeof value === "object" ? Buffer.from(value) : value

const isUnknownThere = (error: unknown) => error instanceof Error && error.message.startsWith("NOSCRIPT")

const run = (client: Redis, name: string, args: ReadonlyArray<string | number | Buffer>): Promise<unknown> => {
  const command = new Command(name, [...args], { replyEncoding: null })
  client.sendCommand(command)
  return command.promise
}

/** A script that runs as one command, sent whole only where the server does not know it yet; texts come back as bytes. */
export const script = (lua: string) => {
  const sha = createHash("sha1").update(lua).digest("hex")
  return (
    client: Redis,
    keys: ReadonlyArray<string>,
    values: ReadonlyArray<Argument>
  ): Effect.Effect<unknown, unknown> => {
    const given = [...keys, ...values.map(bufferOf)]
    return Effect.tryPromise({
      try: () => run(client, "evalsha", [sha, keys.length, ...given]),
      catch: (error) => error
    }).pipe(
      Effect.catchIf(
        isUnknownThere,
        () =>
          Effect.tryPromise({
            try: () => run(client, "eval", [lua, keys.length, ...given]),
            catch: (error) => error
          })
      )
    )
  }
}
