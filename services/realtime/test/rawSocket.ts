import { Effect } from "effect"
import { createConnection } from "node:net"
import type { Socket } from "node:net"

/** A frame as a client writes it (RFC 6455, section 5.2), masked with zeros, and with whatever is wrong about it. */
export const frame = (
  opcode: number,
  payload: Uint8Array | string,
  { fin = true, masked = true, rsv = 0 }: { readonly fin?: boolean; readonly masked?: boolean; readonly rsv?: number } =
    {}
): Buffer => {
  const body = Buffer.from(payload)
  const mask = masked ? 0x80 : 0
  const length = body.length < 126
    ? Buffer.from([mask | body.length])
    : body.length < 65_536
    ? Buffer.from([mask | 126, body.length >> 8, body.length & 0xff])
    : Buffer.concat([Buffer.from([mask | 127]), lengthOf(body.length)])
  return Buffer.concat([
    Buffer.from([(fin ? 0x80 : 0) | rsv << 4 | opcode]),
    length,
    masked ? Buffer.alloc(4) : Buffer.alloc(0),
    body
  ])
}

const lengthOf = (length: number) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(length))
  return bytes
}

export interface Raw {
  readonly socket: Socket
  /** The code of the close frame that comes, or 0 where the line ends without one. */
  readonly closeCode: Effect.Effect<number>
}

/** A connection that is open, and then says what it likes. */
export const rawSocket = (port: number, token: string) =>
  Effect.acquireRelease(
    Effect.callback<Raw>((resume) => {
      const socket = createConnection({ host: "127.0.0.1", port })
      let heard = Buffer.alloc(0)
      let isOpen = false
      let code: number | null = null
      const wanting = new Set<(code: number) => void>()
      const closed = (found: number) => {
        code ??= found
        for (const tell of wanting) tell(code)
      }
      const read = () => {
        while (heard.length >= 2) {
          const [first = 0, second = 0] = heard
          const size = second === 126 ? heard.readUInt16BE(2) : second
          const head = second === 126 ? 4 : 2
          if (heard.length < head + size) return
          if ((first & 0x0f) === 8) closed(heard.readUInt16BE(head))
          heard = heard.subarray(head + size)
        }
      }
      const raw: Raw = {
        socket,
        closeCode: Effect.callback<number>((told) => {
          const tell = (found: number) => told(Effect.succeed(found))
          if (code === null) wanting.add(tell)
          else tell(code)
        })
      }
      socket.on("error", () => {})
      socket.on("close", () => closed(0))
      socket.on("data", (bytes: Buffer) => {
        heard = Buffer.concat([heard, bytes])
        if (isOpen) return read()
        const end = heard.indexOf("\r\n\r\n")
        if (end < 0) return
        isOpen = true
        heard = heard.subarray(end + 4)
        read()
        resume(Effect.succeed(raw))
      })
      socket.write([
        "GET /ws HTTP/1.1",
        "Host: desk.test",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        `Authorization: Bearer ${token}`,
        "",
        ""
      ].join("\r\n"))
    }),
    ({ socket }) => Effect.sync(() => socket.destroy())
  )
