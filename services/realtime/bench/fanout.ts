/**
 * The fan-out of the desk beside that of a bare `ws` server, in one run on one machine: 200 sockets in 20 rooms. The desk
 * commits each message to PostgreSQL and reads it back for everybody; the bare server keeps nothing and asks nobody.
 *
 *   node services/realtime/bench/fanout.ts [seconds]
 */
import type { ChildProcess } from "node:child_process"
import { spawn } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { WebSocket, WebSocketServer } from "ws"

const rooms = 20
const perRoom = 10
const paced = 50
const rounds = 3
const seconds = Number(process.argv[2] ?? 4)
const [barePort, deskPort] = [4810, 4811]

const text = (data: unknown): string => data instanceof Uint8Array ? Buffer.from(data).toString("utf8") : String(data)

/** One room per path: what one says, all hear. */
const bare = () => {
  const server = new WebSocketServer({ port: barePort, host: "127.0.0.1", perMessageDeflate: false })
  const there = new Map<string, Set<WebSocket>>()
  server.on("connection", (socket, { url = "" }) => {
    const room = there.get(url) ?? new Set()
    there.set(url, room.add(socket))
    socket.on("message", (data: Buffer) => {
      const { body, clientMessageId, ticketId } = JSON.parse(text(data))
      const frame = Buffer.from(JSON.stringify({ type: "message:new", ticketId, message: { body } }))
      for (const other of room) other.send(frame, { binary: false })
      socket.send(JSON.stringify({ type: "ack", clientMessageId }))
    })
  })
}

interface Side {
  readonly name: string
  readonly open: (room: number) => Promise<WebSocket>
  readonly ticketOf: (room: number) => string
}

const opened = (socket: WebSocket) =>
  new Promise<WebSocket>((resolve, reject) => {
    socket.once("open", () => resolve(socket))
    socket.once("error", reject)
  })

const bareSide: Side = {
  name: "bare ws",
  open: (room) => opened(new WebSocket(`ws://127.0.0.1:${barePort}/${room}`)),
  ticketOf: (room) => `${room}`
}

const ask = async (path: string, body: object, token?: string) => {
  const answer = await fetch(`http://127.0.0.1:${deskPort}${path}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` })
    },
    body: JSON.stringify(body)
  })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  const { data } = await answer.json()
  return data
}

const deskSide = async (): Promise<Side> => {
  const { accessToken } = await ask("/v1/auth/login", { email: "agent@opsdesk.local", password: "opsdesk-demo" })
  const tickets: Array<string> = []
  for (let room = 0; room < rooms; room++) {
    tickets.push((await ask("/v1/tickets", { title: `Room ${room}`, description: "" }, accessToken)).id)
  }
  const ticketOf = (room: number) => tickets[room] ?? ""
  return {
    name: "desk",
    ticketOf,
    open: async (room) => {
      const socket = await opened(
        new WebSocket(`ws://127.0.0.1:${deskPort}/ws`, ["opsdesk.v1", `opsdesk.bearer.${accessToken}`])
      )
      const subscribed = new Promise<void>((resolve) =>
        socket.on("message", (data) => JSON.parse(text(data)).type === "subscribed" && resolve())
      )
      socket.send(JSON.stringify({ type: "subscribe", room: `ticket:${ticketOf(room)}` }))
      await subscribed
      return socket
    }
  }
}

const at = (sorted: ReadonlyArray<number>, share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0

/** Messages at a steady pace, each timed from when it was to be sent to each socket that hears it; then as fast as acked. */
const measure = async (side: Side) => {
  const sockets = await Promise.all(
    Array.from({ length: rooms * perRoom }, (_, which) => side.open(which % rooms))
  )
  let delivered = 0
  const latencies: Array<number> = []
  const acks: Array<number> = []
  const acked = new Map<string, () => void>()
  for (const socket of sockets) {
    socket.on("message", (data) => {
      const frame = JSON.parse(text(data))
      if (frame.type === "ack") acked.get(frame.clientMessageId)?.()
      if (frame.type !== "message:new") return
      delivered++
      latencies.push(performance.now() - Number(frame.message.body.split(" ")[0]))
    })
  }
  const filler = "x".repeat(200)
  const send = (which: number, id: string) =>
    new Promise<void>((resolve) => {
      const asked = performance.now()
      acked.set(id, () => {
        acked.delete(id)
        acks.push(performance.now() - asked)
        resolve()
      })
      const room = which % rooms
      sockets[which]?.send(JSON.stringify({
        type: "message:send",
        ticketId: side.ticketOf(room),
        body: `${performance.now()} ${filler}`,
        clientMessageId: id
      }))
    })
  const run = crypto.randomUUID()
  const start = performance.now()
  const sent: Array<Promise<void>> = []
  for (let count = 0; count < seconds * paced; count++) {
    const due = start + count * 1000 / paced
    const wait = due - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    sent.push(send(count % sockets.length, `${run} ${count}`))
  }
  await Promise.all(sent)
  while (delivered < sent.length * perRoom) await new Promise((resolve) => setTimeout(resolve, 5))
  const pacedLatencies = latencies.toSorted((a, b) => a - b)
  const ackP50 = median(acks)

  delivered = 0
  const began = performance.now()
  await Promise.all(Array.from({ length: rooms }, async (_, room) => {
    for (let count = 0; performance.now() - began < seconds * 1000; count++) {
      await send(room, `${run} fast ${room} ${count}`)
    }
  }))
  const perSecond = delivered / ((performance.now() - began) / 1000)
  for (const socket of sockets) socket.terminate()
  return { ackP50, p50: at(pacedLatencies, 0.5), p99: at(pacedLatencies, 0.99), perSecond }
}

const until = async (url: string) => {
  for (let tries = 0; tries < 1200; tries++) {
    const status = await fetch(url).then(({ status }) => status, () => 0)
    if (status === 200 || status === 426) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`${url} never answered`)
}

const median = (numbers: ReadonlyArray<number>) => at(numbers.toSorted((a, b) => a - b), 0.5)

const main = async () => {
  const folder = await mkdtemp(join(tmpdir(), "opsdesk-fanout-"))
  const node = (file: string, args: ReadonlyArray<string>, env: Record<string, string>): ChildProcess =>
    spawn(process.execPath, [file, ...args], { env: { PATH: process.env["PATH"] ?? "", ...env }, stdio: "inherit" })
  const here = fileURLToPath(import.meta.url)
  const programs = [
    node(here, ["bare"], {}),
    node(fileURLToPath(new URL("../../desk/src/main.ts", import.meta.url)), [], {
      OPSDESK_DATA_DIR: folder,
      PORT: `${deskPort}`,
      OPSDESK_LIMITS: "off",
      LOG_LEVEL: "error"
    })
  ]
  try {
    await until(`http://127.0.0.1:${barePort}/`)
    await until(`http://127.0.0.1:${deskPort}/health/ready`)
    const sides = [bareSide, await deskSide()]
    const found = new Map(sides.map(({ name }) => [name, new Array<Awaited<ReturnType<typeof measure>>>()]))
    // Interleaved, so that what else the machine does falls on both.
    for (let round = 0; round < rounds; round++) {
      for (const side of sides) {
        process.stderr.write(`round ${round + 1}: ${side.name}\n`)
        found.get(side.name)?.push(await measure(side))
      }
    }
    const summary = Object.fromEntries(
      [...found].map(([name, results]) => [name, {
        ackP50: median(results.map(({ ackP50 }) => ackP50)),
        p50: median(results.map(({ p50 }) => p50)),
        p99: median(results.map(({ p99 }) => p99)),
        perSecond: median(results.map(({ perSecond }) => perSecond))
      }])
    )
    const [plain, desk] = [summary["bare ws"], summary["desk"]]
    if (plain === undefined || desk === undefined) throw new Error("nothing was measured")
    process.stdout.write(`${
      JSON.stringify(
        {
          sockets: rooms * perRoom,
          rooms,
          paced: `${paced} messages a second, ${paced * perRoom} deliveries`,
          ...summary,
          ratio: { deliveriesPerSecond: desk.perSecond / plain.perSecond, p99: desk.p99 / plain.p99 }
        },
        null,
        2
      )
    }\n`)
  } finally {
    for (const program of programs) program.kill("SIGTERM")
    await Promise.all(
      programs.map((program) =>
        new Promise((resolve) => program.exitCode === null ? program.once("exit", resolve) : resolve(null))
      )
    )
    await rm(folder, { recursive: true, force: true })
  }
}

if (process.argv[2] === "bare") bare()
else await main()
