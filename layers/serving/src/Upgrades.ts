import { Context, Effect, Layer } from "effect"
import type { Scope } from "effect"
import type { IncomingMessage, Server } from "node:http"
import type { Duplex } from "node:stream"

/** Takes over a connection that asks to speak something else than HTTP (RFC 9110, section 7.8). */
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

const pathOf = (url: string): string => {
  const end = url.search(/[?#]/)
  return end < 0 ? url : url.slice(0, end)
}

/** Who takes over which address of a server. All other upgrades are left to whoever answers its requests. */
export class Upgrades extends Context.Service<Upgrades, {
  readonly claim: (path: string, upgrade: Upgrade) => Effect.Effect<void, never, Scope.Scope>
  /** Hands upgrades of this server to those who have claimed them. */
  readonly serve: (server: Server) => Server
}>()("@opsdesk/serving/Upgrades") {
  static readonly layer = Layer.sync(Upgrades, () => {
    const claims = new Map<string, Upgrade>()
    return Upgrades.of({
      claim: (path, upgrade) =>
        Effect.acquireRelease(
          Effect.sync(() => void claims.set(path, upgrade)),
          () => Effect.sync(() => void claims.delete(path))
        ),
      serve: (server) => {
        // Node tells everybody who listens for upgrades; only one may take a connection over.
        const listeners = server.emit.bind(server)
        server.emit = (event: string | symbol, ...args: Array<unknown>): boolean => {
          const [request, socket, head] = args
          const isUpgrade = event === "upgrade" && isRequest(request) && isDuplex(socket) && head instanceof Uint8Array
          const claimed = isUpgrade ? claims.get(pathOf(request.url ?? "")) : undefined
          if (claimed === undefined || !isUpgrade) return listeners(event, ...args)
          claimed(request, socket, Buffer.from(head.buffer, head.byteOffset, head.byteLength))
          return true
        }
        return server
      }
    })
  })
}

const isRequest = (value: unknown): value is IncomingMessage =>
  typeof value === "object" && value !== null && "headers" in value

const isDuplex = (value: unknown): value is Duplex => typeof value === "object" && value !== null && "writable" in value
