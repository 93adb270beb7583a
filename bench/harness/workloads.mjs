// What each closed-loop workload sends: lines of method, path, token, cache-control, body.
import { adapterOf } from '../adapters/index.mjs'
import { call, login } from './lib.mjs'

const fixed = {} // ids that never change, by target
export async function tokens(t) {
  const some = (from, n) => Promise.all(Array.from({ length: n }, (_, i) => login(t, from + i)))
  return { agents: await some(2, 10), customers: await some(60, 20) }
}
export async function lines(w, t, { agents, customers }) {
  const adapter = adapterOf(t)
  const { assignees, ids } = fixed[t.name] ??= { assignees: await adapter.assignees(), ids: await adapter.ids() }
  const pick = (xs, i) => xs[i % xs.length]
  const agent = i => pick(agents, i)
  const list = (i, cache) => `GET\t${t.paths.tickets}?status=open&assignee=${pick(assignees, i)}&sort=-createdAt&limit=20\t${agent(i)}\t${cache}\t`
  const byId = i => `GET\t${t.paths.tickets}/${pick(ids, i)}\t${agent(i)}\t\t`
  const create = i => `POST\t${t.paths.tickets}\t${pick(customers, i)}\t\t${JSON.stringify({ title: `Laptop ${i} does not wake`, description: `Since this morning laptop ${i} stays dark after the lid is opened. `.repeat(3), priority: pick(['low', 'normal', 'high', 'urgent'], i) })}`
  // distinct tickets, none of them open, so that the lists stay as they are
  const changes = async n => (await adapter.moves(n)).map(({ id, status }, i) => `PATCH\t${t.paths.tickets}/${id}/status\t${agent(i)}\t\t${JSON.stringify({ status })}`)
  const many = (n, f) => Array.from({ length: n }, (_, i) => f(i))
  switch (w) {
    case 'W1': return many(500, i => list(i, ''))
    case 'W2': return many(500, i => list(i, 'no-cache'))
    case 'W3': return many(20_000, byId)
    case 'W4': return many(2_000, create)
    case 'W5': return changes(50_000)
    case 'W6': {
      // GraphQL says 200 to errors as well: what is measured is the whole answer, or nothing.
      const { json, text } = await call(t, 'POST', t.paths.graphql, { token: agent(0), body: { query: adapter.query } })
      if (json?.data?.tickets.nodes.length !== 20 || json.errors) throw new Error(`${t.name}: ${text.slice(0, 300)}`)
      return many(10, i => `POST\t${t.paths.graphql}\t${agent(i)}\t\t${JSON.stringify({ query: adapter.query })}`)
    }
    case 'W12': { // 35% list cached, 35% list uncached, 15% by id, 10% status change, 5% create, evenly mixed
      const c = await changes(20_000); let next = 0
      return many(200_000, i => { const k = (i * 7) % 20; return k < 7 ? list(i, '') : k < 14 ? list(i, 'no-cache') : k < 17 ? byId(i) : k < 19 ? c[next++ % c.length] : create(i) })
    }
  }
}
