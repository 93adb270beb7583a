// Starting and stopping targets, reading /proc, talking to the bench database.
import { spawn } from 'node:child_process'
import { openSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import http from 'node:http'
import pgModule from 'pg'
import { root, run, node, env, pg } from '../infra/config.mjs'

export { connect } from 'amqplib'
export { default as Redis } from 'ioredis'
export { root, run, node, env, pg }
export const { Client, Pool } = pgModule
export const sleep = ms => new Promise(r => setTimeout(r, ms))
export const db = new pgModule.Pool({ connectionString: env.DATABASE_URL, max: 2 })
export const q = async (text, params) => (await db.query(text, params)).rows
export const target = name => JSON.parse(readFileSync(join(root, 'targets', name + '.json')))
export const base = t => `http://127.0.0.1:${t.port}`

// whatever ends this process ends what it started
const started = new Set()
process.on('exit', () => { for (const p of started) try { process.kill(-p.pid, 'SIGKILL') } catch {} })
for (const s of ['SIGINT', 'SIGTERM']) process.on(s, () => process.exit(1))
export function launch(t, command, extra = {}) {
  const log = openSync(join(run, `${t.name}.log`), 'a')
  const [cmd, ...args] = command
  const p = spawn(cmd === 'node' ? node : cmd, args, { cwd: join(root, t.cwd), env: { ...process.env, ...env, ...t.env, PORT: String(t.port), ...extra }, stdio: ['ignore', log, log], detached: true })
  p.gone = new Promise(r => p.on('exit', r))
  started.add(p); p.on('exit', () => started.delete(p))
  return p
}
export async function stop(p) {
  if (p.exitCode !== null || p.signalCode) return
  process.kill(-p.pid, 'SIGTERM')
  if (await Promise.race([p.gone.then(() => true), sleep(5000)])) return
  process.kill(-p.pid, 'SIGKILL'); await p.gone
}
const agent = new http.Agent({ keepAlive: true, maxSockets: 8 })
export const call = (t, method, path, { token, body, headers = {} } = {}) => new Promise((ok, fail) => {
  const data = body === undefined ? undefined : JSON.stringify(body)
  const req = http.request(base(t) + path, { method, agent, headers: { ...(token && { authorization: `Bearer ${token}` }), ...(data && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(data) }), ...headers } }, res => {
    let s = ''; res.setEncoding('utf8').on('data', d => (s += d)).on('end', () => { let json; try { json = JSON.parse(s) } catch {} ok({ status: res.statusCode, json, text: s, headers: res.headers }) })
  })
  req.on('error', fail); req.end(data)
})
export async function ready(t, s = 60) {
  const until = Date.now() + s * 1000
  while (Date.now() < until) { try { if ((await call(t, 'GET', t.paths.ready)).status === 200) return } catch {} await sleep(3) }
  throw new Error(t.name + ' is not ready')
}
export async function login(t, n) {
  const r = await call(t, 'POST', t.paths.login, { body: { email: `user${n}@example.test`, password: 'password' } })
  if (r.status >= 300) throw new Error(`${t.name}: login ${r.status} ${r.text}`)
  return r.json.data.accessToken
}

// CPU seconds and memory, from /proc. A target is its process group; Postgres is the whole family of its postmaster.
const HZ = 100
const stat = pid => { const s = readFileSync(`/proc/${pid}/stat`, 'utf8'); const f = s.slice(s.lastIndexOf(')') + 2).split(' '); return { ppid: +f[1], pgrp: +f[2], cpu: (+f[11] + +f[12]) / HZ, dead: (+f[13] + +f[14]) / HZ } }
const all = () => readdirSync('/proc').filter(d => /^\d+$/.test(d)).flatMap(d => { try { return [{ pid: +d, ...stat(d) }] } catch { return [] } })
export const cpuOfGroup = pgrp => all().filter(p => p.pgrp === pgrp).reduce((n, p) => n + p.cpu, 0)
const pids = () => ({ ...JSON.parse(readFileSync(join(run, 'pids.json'))), rabbit: Number(readFileSync(join(run, 'rabbit/pid'), 'utf8')) })
export function cpuNow(groups = {}) {
  const ps = all(), out = {}
  for (const [name, pid] of Object.entries({ ...pids(), ...groups })) {
    if (!pid) continue
    // live members plus, for the postmaster, its ended children
    out[name] = ps.filter(p => p.pid === pid || p.pgrp === pid || p.ppid === pid).reduce((n, p) => n + p.cpu + (p.pid === pid ? p.dead : 0), 0)
  }
  const [, ...f] = readFileSync('/proc/stat', 'utf8').split('\n')[0].trim().split(/\s+/).map(Number)
  const own = process.cpuUsage(); out.load = (own.user + own.system) / 1e6
  out.machine = (f[0] + f[1] + f[2] + f[5] + f[6] + (f[7] ?? 0)) / HZ
  return out
}
export const rssMiB = pgrp => Math.round(all().filter(p => p.pgrp === pgrp).reduce((n, p) => { try { return n + Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${p.pid}/status`, 'utf8'))[1]) } catch { return n } }, 0) / 102.4) / 10
export const delta = (a, b) => Object.fromEntries(Object.keys(b).map(k => [k, Math.round((b[k] - (a[k] ?? 0)) * 1000) / 1000]))

// Puts the database back to what the seed made, so that no run inherits the last one's rows.
export async function reset() {
  await q('truncate outbox, audit_log, notifications, processed_events')
  await q('delete from tickets where number > 100000')
  await q("delete from ticket_status_history where created_at > '2026-06-01'")
  await q("delete from messages where created_at > '2026-06-01'")
  await q("select setval('ticket_number_seq', 100000)")
  for (const t of ['tickets', 'ticket_status_history', 'messages', 'outbox', 'audit_log']) await q(`vacuum analyze ${t}`)
  await q('checkpoint')
}
export const pct = (sorted, p) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))]
export const median = xs => { const s = [...xs].sort((a, b) => a - b); return s.length % 2 ? s[s.length >> 1] : (s[s.length / 2 - 1] + s[s.length / 2]) / 2 }
