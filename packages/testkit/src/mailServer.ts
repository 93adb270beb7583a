import { Effect } from "effect"
import type { Socket } from "node:net"
import type { Readable } from "node:stream"
import { SMTPServer } from "smtp-server"

/** A mail as it came in. */
export interface Received {
  readonly to: ReadonlyArray<string>
  readonly raw: string
  /** A header's text, unfolded; undefined where there is none. */
  readonly header: (name: string) => string | undefined
}

export interface MailServer {
  readonly port: number
  readonly received: Array<Received>
  /** Takes the next mail, and hangs up before it says so. */
  readonly loseNextReply: () => void
  /** Ends every connection that is on. */
  readonly hangUp: () => void
  /** Has no such mailbox, from now on. */
  readonly refuse: (address: string) => void
  /** Has that mailbox again. */
  readonly accept: (address: string) => void
}

const receivedAs = (raw: string, to: ReadonlyArray<string>): Received => {
  const head = raw.slice(0, raw.indexOf("\r\n\r\n")).replaceAll(/\r\n[ \t]+/g, " ")
  return {
    to,
    raw,
    header: (name) => new RegExp(`^${name}: (.*)$`, "im").exec(head)?.[1]
  }
}

const textOf = async (stream: Readable): Promise<string> => {
  let text = ""
  for await (const chunk of stream) text += String(chunk)
  return text
}

class Refused extends Error {
  readonly responseCode = 550
}

/** A real mail server on loopback, for as long as the scope lives; it keeps what it is sent. */
export const mailServer = Effect.gen(function*() {
  const received: Array<Received> = []
  const sockets = new Set<Socket>()
  const refused = new Set<string>()
  let losesReply = false

  const hangUp = () => {
    for (const socket of sockets) socket.destroy()
  }

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["AUTH", "STARTTLS"],
    onRcptTo: ({ address }, _session, callback) =>
      callback(refused.has(address) ? new Refused("no such mailbox here") : null),
    onData: (stream, { envelope }, callback) => {
      void textOf(stream).then((raw) => {
        received.push(receivedAs(raw, envelope.rcptTo.map(({ address }) => address)))
        if (!losesReply) return callback()
        losesReply = false
        hangUp()
      })
    }
  })
  // Somebody who hangs up is an error to it, and what some tests are about.
  server.on("error", () => {})
  server.server.on("connection", (socket: Socket) => {
    sockets.add(socket)
    socket.once("close", () => sockets.delete(socket))
  })
  const port = yield* Effect.acquireRelease(
    Effect.callback<number>((resume) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.server.address()
        const known = typeof address === "object" && address !== null
        resume(known ? Effect.succeed(address.port) : Effect.die(new Error("the mail server has no port")))
      })
    }),
    () =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        hangUp()
      })
  )
  const mails: MailServer = {
    port,
    received,
    loseNextReply: () => void (losesReply = true),
    hangUp,
    refuse: (address) => void refused.add(address),
    accept: (address) => void refused.delete(address)
  }
  return mails
})
