import { Effect } from "effect"
import type { Socket } from "node:net"
import { connect, createServer } from "node:net"

/** A port of our own that leads to a server, wherever that is at the moment, for as long as the scope lives. */
export interface Way {
  readonly port: number
  /** Where calls go from now on. */
  readonly leadTo: (port: number) => void
  /** Calls are taken, and nothing is heard from the other end: a network that has gone. What is said is kept. */
  readonly fallSilent: () => void
  /** Cuts all calls that are on; what was kept is lost with them. */
  readonly cut: () => void
  /** Hands on what was kept, and all that follows. */
  readonly speakAgain: () => void
  /** Hangs up on the callers only: the other end is not told, as when a machine loses its power. */
  readonly lose: () => void
  /** Whatever is said from now on arrives so much later, in its order. */
  readonly delay: (millis: number) => void
  /** What the server says next reaches nobody, and its line is cut: it has done what it was asked, and nobody knows. */
  readonly loseReply: () => void
  /** The server ends its side of each line, and goes on to hear. */
  readonly halfClose: () => void
}

export const wayTo = Effect.fnUntraced(function*(first: number, host = "127.0.0.1") {
  const sockets = new Set<Socket>()
  const callers = new Set<Socket>()
  const lost = new WeakSet<Socket>()
  let target = first
  let silent = false
  let delay = 0
  let losesReply = false

  const handOn = (bytes: Uint8Array | string, to: Socket) => {
    if (delay === 0) return void to.write(bytes)
    setTimeout(() => {
      if (!to.destroyed) to.write(bytes)
    }, delay)
  }

  const server = createServer((caller) => {
    callers.add(caller)
    const callee = connect({ host, port: target, noDelay: true })
    for (const [from, to] of [[caller, callee], [callee, caller]] as const) {
      sockets.add(from)
      from.on("data", (bytes) => {
        if (from === caller || !losesReply) return handOn(bytes, to)
        losesReply = false
        callee.destroy()
      })
      from.once("error", () => from.destroy())
      from.once("close", () => {
        sockets.delete(from)
        callers.delete(from)
        if (!lost.has(from)) to.destroy()
      })
      if (silent) from.pause()
    }
  })
  const port = yield* Effect.acquireRelease(
    Effect.callback<number>((resume) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const known = typeof address === "object" && address !== null
        resume(known ? Effect.succeed(address.port) : Effect.die(new Error("the way has no port")))
      })
    }),
    () =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        for (const socket of sockets) socket.destroy()
      })
  )
  const way: Way = {
    port,
    leadTo: (next) => void (target = next),
    fallSilent: () => {
      silent = true
      for (const socket of sockets) socket.pause()
    },
    cut: () => {
      for (const socket of sockets) socket.destroy()
    },
    speakAgain: () => {
      silent = false
      for (const socket of sockets) socket.resume()
    },
    lose: () => {
      for (const caller of callers) {
        lost.add(caller)
        caller.destroy()
      }
    },
    delay: (millis) => {
      delay = millis
    },
    loseReply: () => {
      losesReply = true
    },
    halfClose: () => {
      for (const caller of callers) caller.end()
    }
  }
  return way
})

/** A way to the server that a URL names, and the URL that leads along it. */
export const wayToUrl = Effect.fnUntraced(function*(url: string, usualPort: number) {
  const through = new URL(url)
  const port = Number(through.port || usualPort)
  const way = yield* wayTo(port, through.hostname)
  through.hostname = "127.0.0.1"
  through.port = String(way.port)
  return { way, url: through.href, port }
})
