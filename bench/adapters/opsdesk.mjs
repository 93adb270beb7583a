// OpsDesk: its own migrations and indexes, the same rows, its own statuses, socket protocol, queues and sign-in.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { base, call, Client, connect, env, node, Pool, q as atServer, root, run, sleep } from '../harness/lib.mjs'

export const database = 'bench_opsdesk'
const template = 'bench_opsdesk_seed'
const at = name => { const url = new URL(env.DATABASE_URL); url.pathname = `/${name}`; return url.href }

const limits = join(run, 'limits.json')
/** Limits are on, with figures that the load does not meet. */
const figures = { writes: { perSecond: 1e6, burst: 1e6 }, reads: { perSecond: 1e6, burst: 1e6 }, searches: { perSecond: 1e6, burst: 1e6 }, signInAttempts: { most: 1e6, seconds: 1 },
  sockets: { perUser: 1e5, perAddress: 1e5, handshakesPerSecond: 1e5, framesPerSecond: 1e6, frameBurst: 1e6 } }

export const own = { DATABASE_URL: at(database), OPSDESK_SECRET: 'a secret of the bench alone, long enough', OPSDESK_LIMITS: limits, OPSDESK_DEMO: 'off',
  OPSDESK_DATA_DIR: join(run, 'opsdesk'), OPSDESK_GRAPHQL_INTROSPECTION: 'off', LOG_LEVEL: 'error', LOG_FORMAT: 'json' }

let pool
const q = async (text, params) => { pool ??= new Pool({ connectionString: at(database), max: 2 }); pool.on('error', () => {}); return (await pool.query(text, params)).rows }
const leave = async () => { const old = pool; pool = undefined; await old?.end() }

/** Migrates and fills a database once, and anew when the seed has changed; every measurement begins with a copy of it. */
async function seed(size) {
  const seeding = readFileSync(join(root, 'db/opsdesk/seed.sql'), 'utf8')
  const name = `${template}_${size}_${createHash('sha256').update(seeding).digest('hex').slice(0, 8)}`
  if ((await atServer('select 1 from pg_database where datname = $1', [name])).length > 0) return name
  const making = `${name}_making`
  await atServer(`drop database if exists ${making} with (force)`); await atServer(`create database ${making}`)
  const variables = { ...process.env, ...env, ...own, DATABASE_URL: at(making), OPSDESK_ADMIN_EMAIL: '', OPSDESK_ADMIN_PASSWORD: '' }
  writeFileSync(limits, JSON.stringify(figures))
  for (const command of ['migrate', 'seed']) execFileSync(node, [join(root, '../services/console/src/main.ts'), command], { cwd: join(root, '..'), env: variables, stdio: ['ignore', 'ignore', 'inherit'] })
  const client = new Client({ connectionString: at(making) }); await client.connect()
  const statements = seeding.replaceAll(':size', String(size)).replaceAll(":'password_hash'", `'${passwordHash()}'`)
  for (const statement of statements.split(/;\s*\n/)) if (statement.trim()) await client.query(statement)
  await client.end()
  await atServer(`alter database ${making} rename to ${name}`)
  return name
}

/** As the desk hashes: argon2id, 19 MiB, two passes (PHC string). Node's own, so it runs under the harness's Node. */
function passwordHash() {
  const code = "const { argon2Sync } = require('node:crypto'); const nonce = Buffer.alloc(16, 7); const b = x => x.toString('base64').replaceAll('=', ''); console.log('$argon2id$v=19$m=19456,t=2,p=1$' + b(nonce) + '$' + b(argon2Sync('argon2id', { message: Buffer.from('password'), nonce, memory: 19456, passes: 2, parallelism: 1, tagLength: 32 })))"
  return execFileSync(node, ['-e', code], { encoding: 'utf8' }).trim()
}

export const size = () => { const i = process.argv.indexOf('--size'); const said = i < 0 ? '100k' : process.argv[i + 1]; return Number(said.replace('k', '000').replace('m', '000000')) }

const queues = ['opsdesk.notifications', 'opsdesk.cache', 'opsdesk.audit', 'opsdesk.reports']

export const opsdesk = {
  env: own,
  query: 'query { tickets(first: 20, filter: { status: [OPEN] }) { nodes { id title requester { id name } assignee { id name } messages(last: 3) { nodes { id body author { id name } } } } } }',
  async reset() {
    const from = await seed(size())
    writeFileSync(limits, JSON.stringify(figures))
    await leave()
    await atServer(`drop database if exists ${database} with (force)`)
    await atServer(`create database ${database} template ${from} strategy file_copy`)
    await atServer('checkpoint')
  },
  leave,
  assignees: async () => (await q("select u.id from users u join user_roles on user_id = u.id join roles r on r.id = role_id where r.name = 'operator' order by u.id")).map(r => r.id),
  ids: async () => (await q('select id from tickets where number <= 100000 order by md5(id::text) limit 20000')).map(r => r.id),
  // distinct tickets, none of them open, so that the lists stay as they are; a settled ticket can only be closed
  moves: async n => (await q(`select id, status from tickets where status in ('waiting', 'resolved') order by md5(id::text || $1) limit ${n}`, [String(Math.random())]))
    .map(r => ({ id: r.id, status: r.status === 'waiting' ? 'resolved' : 'closed' })),
  isRelayed: async () => !(await q('select exists(select 1 from outbox) as yes'))[0].yes,
  async purge() {
    const c = await connect(env.AMQP_URL)
    for (const queue of queues) {
      const ch = await c.createChannel(); ch.on('error', () => {})
      await ch.purgeQueue(queue).catch(() => {}); await ch.close().catch(() => {})
    }
    await c.close()
  },
  // Of what is kept, the share that was there, by what it is; whoever asks with no-cache does not ask for one.
  async hitRate(t) {
    const { text } = await call(t, 'GET', '/metrics')
    const counts = {}
    for (const [, cache, result, count] of text.matchAll(/^opsdesk_cache_requests_total\{cache="(\w+)",result="(\w+)"\} (\d+)/gm)) (counts[cache] ??= {})[result] = Number(count)
    return Object.fromEntries(Object.entries(counts).map(([cache, { hit = 0, miss = 0, error = 0 }]) => [cache, Math.round(hit / (hit + miss + error) * 1000) / 1000]))
  },
  rooms: async () => (await q('select id from tickets where number <= 20 order by number')).map(r => r.id),
  socket: (t, room, token) => ({ url: `${base({ ...t, port: t.wsPort ?? t.port }).replace('http', 'ws')}${t.paths.ws}`, headers: { authorization: `Bearer ${token}` }, room }),
  // The queues are there once the worker has noted its consumers; what happens from then on is theirs to hear.
  async declares(t, launch, _ready, stop) {
    const worker = launch(t, t.worker)
    try { for (let i = 0; i < 300 && (await q("select 1 from consumers where name = 'notifications'")).length === 0; i++) await sleep(100) } finally { await stop(worker) }
  },
  // An event is one of this desk only if its table has it: it is written there, and published by the harness in the relay's place.
  async publish(n) {
    const c = await connect(env.AMQP_URL), ch = await c.createConfirmChannel()
    const events = await q(`
      insert into events (id, type, occurred_at, ticket_id, seq, actor_id, audience, payload)
      select overlay(gen_random_uuid()::text placing '7' from 15)::uuid, 'ticket.status_changed', now(), id, last_seq + 1, assignee_id, 'public', '{"from":"open","to":"waiting","comment":null}'
      from tickets where assignee_id is not null and requester_id <> assignee_id order by number limit $1
      returning position, id, type, occurred_at as "occurredAt", ticket_id as "ticketId", seq, actor_id as "actorId", payload`, [n])
    for (const { position, id, ...event } of events) {
      const body = { id, position: Number(position), requestId: null, traceparent: null, ...event }
      ch.publish('opsdesk.events', event.type, Buffer.from(JSON.stringify(body)), { persistent: true, messageId: id, contentType: 'application/json' })
    }
    await ch.waitForConfirms(); await c.close()
  },
  processed: async () => (await q("select count(*)::int n from inbox where consumer = 'notifications'"))[0].n,
  notified: async () => (await q('select count(*)::int n from notifications'))[0].n
}
