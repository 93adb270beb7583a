// The contract of README.md as the peers have it, on the tables of db/schema.sql.
import { randomUUID } from 'node:crypto'
import { base, connect, env, q, reset, sleep } from '../harness/lib.mjs'

const query = 'query { tickets(first: 20, status: OPEN) { nodes { id title requester { id name } assignee { id name } messages(last: 3) { id body author { id name } } } } }'

export const peers = {
  env: {},
  reset,
  query,
  password: 'password',
  assignees: async () => (await q('select id from users where role_id = 2 order by id')).map(r => r.id),
  ids: async () => (await q('select id from tickets where number <= 100000 order by md5(id::text) limit 20000')).map(r => r.id),
  // distinct tickets, none of them open, so that the lists stay as they are
  moves: async n => (await q(`select id, status from tickets where status <> 'open' and number <= 100000 order by md5(id::text || $1) limit ${n}`, [String(Math.random())]))
    .map(r => ({ id: r.id, status: r.status === 'pending' ? 'resolved' : 'pending' })),
  isRelayed: async () => !(await q('select exists(select 1 from outbox where published_at is null) as yes'))[0].yes,
  async purge() {
    const c = await connect(env.AMQP_URL), ch = await c.createChannel()
    await ch.assertQueue('notifications', { durable: true, arguments: { 'x-dead-letter-exchange': 'opsdesk.dead' } })
    await ch.purgeQueue('notifications'); await c.close()
  },
  rooms: async () => (await q('select id from tickets where number <= 20 order by number')).map(r => r.id),
  socket: (t, room, token) => ({ url: `${base(t).replace('http', 'ws')}${t.paths.ws}?ticket=${room}&token=${token}` }),
  declares: async (t, launch, ready, stop) => { const api = launch(t, t.start); await ready(t); await sleep(500); await stop(api) },
  async publish(n) {
    const c = await connect(env.AMQP_URL), ch = await c.createConfirmChannel()
    const some = await q('select id, requester_id from tickets where number <= 10000')
    for (let i = 0; i < n; i++) {
      const id = randomUUID(), x = some[i % some.length]
      ch.publish('opsdesk', 'ticket.status_changed', Buffer.from(JSON.stringify({ id, type: 'ticket.status_changed', ticketId: x.id, requesterId: x.requester_id, from: 'open', to: 'pending' })), { persistent: true, messageId: id, contentType: 'application/json' })
    }
    await ch.waitForConfirms(); await c.close()
  },
  processed: async () => (await q('select count(*)::int n from processed_events'))[0].n,
  notified: async () => (await q('select count(*)::int n from notifications'))[0].n
}
