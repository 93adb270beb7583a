// Chat load: sockets spread over rooms, messages sent at a fixed total rate, deliveries counted and timed at every socket.
// node ws-load.mjs '{"urls":[..per socket..],"perRoom":10,"rates":[..],"seconds":3,"bare":false}'   urls: sockets of a room stand together
import WebSocket from 'ws'

const { urls, perRoom, rates, seconds } = JSON.parse(process.argv[2])
let lat = [], received = 0
const now = () => Math.round((performance.timeOrigin + performance.now()) * 1000)
const ack = Buffer.from('{"type":"ack"')
// A url, or what OpsDesk asks for: a token in a header, and a room that is subscribed to once the socket is open.
const open = said => new Promise((ok, fail) => {
  const { url, headers, room } = typeof said === 'string' ? { url: said } : said
  const s = new WebSocket(url, { perMessageDeflate: false, skipUTF8Validation: true, headers })
  s.on('error', fail)
  let n = 0
  s.say = room
    ? body => s.send(`{"type":"message:send","ticketId":"${room}","body":"${body}","clientMessageId":"${id}-${n++}"}`)
    : body => s.send(`{"type":"message:send","body":"${body}"}`)
  const id = Math.random().toString(36).slice(2)
  if (room) s.on('open', () => s.send(JSON.stringify({ type: 'subscribe', room: `ticket:${room}` })))
  s.on('message', d => {
    const i = d.indexOf(64) // '@': the body carries the time it was sent at, in microseconds
    if (i < 0) return (!room || d.includes('"subscribed"')) && ok(s)
    if (room && d.subarray(0, ack.length).equals(ack)) return // the sender's own receipt is no delivery
    received++; lat.push(now() - Number(d.latin1Slice(i + 1, i + 17)))
  })
})
const sockets = []
for (let i = 0; i < urls.length; i += 20) sockets.push(...await Promise.all(urls.slice(i, i + 20).map(open)))
const rooms = urls.length / perRoom, pad = 'x'.repeat(80)
const steps = []
for (const rate of rates) {
  lat = []; received = 0
  let sent = 0
  const cpu = process.cpuUsage(), start = performance.now()
  await new Promise(ok => {
    const tick = setInterval(() => {
      const t = performance.now() - start
      const due = Math.min(Math.floor(t * rate / 1000), rate * seconds)
      while (sent < due) { const room = sent % rooms; sockets[room * perRoom + (Math.floor(sent / rooms) % perRoom)].say(`@${now()}|${pad}`); sent++ }
      if (t >= seconds * 1000) { clearInterval(tick); ok() }
    }, 2)
  })
  const inTime = received
  for (let i = 0; i < 60 && received < sent * perRoom; i++) await new Promise(r => setTimeout(r, 50)) // let the rest arrive
  const used = process.cpuUsage(cpu), s = lat.sort((a, b) => a - b)
  const at = p => s[Math.min(s.length - 1, Math.floor(s.length * p))] ?? 0
  const step = { rate, sent, received, perSecond: Math.round(inTime / seconds), p50: at(.5), p95: at(.95), p99: at(.99), lost: sent * perRoom - received, clientCpu: (used.user + used.system) / 1e6 }
  steps.push(step)
  if (step.p99 > 250_000 || step.perSecond < 0.9 * rate * perRoom) break // saturated
  await new Promise(r => setTimeout(r, 300))
}
console.log('RESULT ' + JSON.stringify(steps))
process.exit(0)
