// node harness/cpu.mjs --target opsdesk --workload W2 --requests 6000 --warm 4000 [--prof folder]
// CPU time per operation over a fixed number of requests. On a machine with other tenants rates say nothing, and a process that
// has had little time is still compiling itself: this counts requests instead of seconds. `--prof` has V8 write profiles.
import http from 'node:http'
import { adapterOf } from '../adapters/index.mjs'
import { cpuNow, delta, launch as launched, ready, stop, target } from './lib.mjs'
import { lines, tokens } from './workloads.mjs'

const arg = (n, d) => { const i = process.argv.indexOf('--' + n); return i < 0 ? d : process.argv[i + 1] }
const t = target(arg('target', 'opsdesk')), w = arg('workload', 'W2'), connections = Number(arg('connections', 32))
const requests = Number(arg('requests', 6000)), warm = Number(arg('warm', 4000)), prof = arg('prof'), alone = process.argv.includes('--alone')
const agent = new http.Agent({ keepAlive: true, maxSockets: connections })

const send = line => new Promise((done, fail) => {
  const [method, path, token, cache, body] = line.split('\t')
  const headers = { authorization: `Bearer ${token}`, ...(cache && { 'cache-control': cache }), ...(body && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }) }
  const req = http.request({ port: t.port, host: '127.0.0.1', method, path, agent, headers }, res => { res.resume().on('end', () => done(res.statusCode)) })
  req.on('error', fail).end(body || undefined)
})
let at = 0
async function load(all, n) {
  const until = at + n, codes = {}
  await Promise.all(Array.from({ length: connections }, async () => { while (at < until) { const code = await send(all[at++ % all.length]); codes[code] = (codes[code] ?? 0) + 1 } }))
  return codes
}

await adapterOf(t).reset()
const env = { ...adapterOf(t).env, ...(prof && { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${prof}` }) }
const p = launched(t, alone ? t.alone ?? t.start : t.start, env)
try {
  await ready(t)
  const all = await lines(w, t, await tokens(t))
  await load(all, warm)
  const before = cpuNow({ server: p.pid })
  const codes = await load(all, requests)
  const cpu = delta(before, cpuNow({ server: p.pid }))
  console.log(JSON.stringify({ w, target: t.name, requests, codes, serverUs: Math.round(cpu.server / requests * 1e6), pgUs: Math.round(cpu.postgres / requests * 1e6) }))
} finally { await stop(p) }
process.exit(0)
