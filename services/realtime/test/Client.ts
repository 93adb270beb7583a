import { Effect } from "effect"
import { WebSocket } from "ws"

/** JSON as `JSON.parse` types it: a test reads it without asking at each step what it is. */
export type Frame = ReturnType<typeof JSON.parse>

export interface Closed {
  readonly code: number
  readonly reason: string
}

/** A client of the tests: keeps what it hears, and waits for what a test expects. */
export class Client {
  readonly socket: WebSocket
  readonly frames: Array<Frame> = []
  closed: Closed | null = null
  readonly #wanting = new Set<() => void>()

  constructor(socket: WebSocket) {
    this.socket = socket
    socket.on("message", (data: Buffer) => {
      this.frames.push(JSON.parse(data.toString("utf8")))
      this.#tell()
    })
    socket.on("close", (code: number, reason: Buffer) => {
      this.closed = { code, reason: reason.toString("utf8") }
      this.#tell()
    })
    socket.on("error", () => {})
  }

  say(frame: object): void {
    this.socket.send(JSON.stringify(frame))
  }

  /** Waits until what was heard so far is as it should be. */
  until<A>(found: (client: Client) => A | undefined | null | false): Effect.Effect<A> {
    return Effect.callback<A>((resume) => {
      const look = () => {
        const it = found(this)
        if (it === undefined || it === null || it === false) return
        this.#wanting.delete(look)
        resume(Effect.succeed(it))
      }
      this.#wanting.add(look)
      look()
      return Effect.sync(() => void this.#wanting.delete(look))
    })
  }

  /** The first frame of a type, already heard or not yet. */
  heard(type: string): Effect.Effect<Frame> {
    return this.until(({ frames }) => frames.find((frame) => frame.type === type))
  }

  get hungUp(): Effect.Effect<Closed> {
    return this.until(({ closed }) => closed)
  }

  /** The places of a room's events, in the order in which they came. */
  seqs(room: string): ReadonlyArray<number> {
    return this.frames.filter((frame) => frame.room === room && "ticketId" in frame && "seq" in frame)
      .map(({ seq }) => seq)
  }

  #tell(): void {
    for (const look of this.#wanting) look()
  }
}

const asBrowser = (token: string) => ["opsdesk.v1", `opsdesk.bearer.${token}`]

/** A socket that is open, closed with the scope. */
export const connect = (url: string, token: string, headers: Record<string, string> = {}) =>
  Effect.acquireRelease(
    Effect.callback<Client, { readonly status: number; readonly body: string }>((resume) => {
      const socket = new WebSocket(url, asBrowser(token), { headers, perMessageDeflate: false })
      const client = new Client(socket)
      socket.once("open", () => resume(Effect.succeed(client)))
      socket.once("unexpected-response", (_request, response) => {
        let body = ""
        response.on("data", (chunk: Buffer) => void (body += chunk.toString("utf8")))
        response.on("end", () => resume(Effect.fail({ status: response.statusCode ?? 0, body })))
      })
      socket.once("error", () => resume(Effect.fail({ status: 0, body: "" })))
    }),
    ({ socket }) => Effect.sync(() => socket.terminate())
  )

/** Subscribes, and waits until everything before has been told. */
export const subscribed = (client: Client, room: string, after?: number) =>
  Effect.suspend(() => {
    client.say({ type: "subscribe", room, ...(after === undefined ? {} : { after }) })
    return client.until(({ frames }) => frames.find((frame) => frame.type === "subscribed" && frame.room === room))
  })
