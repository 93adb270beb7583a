// node growth/growth.mjs [--sizes 10k,100k,1m] [--requests 300]: what one request costs at one size of the desk after another.
// Time moves with the machine; the pages that PostgreSQL looks at for an answer do not, and they are what grows. Both are told:
// pages (8 KiB) from pg_stat_database, CPU from /proc. Writes results/growth.json, and a chart into docs/.
import { writeFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import * as echarts from 'echarts'
import { opsdesk, own, database } from '../adapters/opsdesk.mjs'
import { Client, call, cpuNow, delta, launch, login, ready, root, sleep, stop, target } from '../harness/lib.mjs'

const arg = (name, otherwise) => { const i = process.argv.indexOf(`--${name}`); return i < 0 ? otherwise : process.argv[i + 1] }
const sizes = arg('sizes', '10k,100k,1m').split(','), requests = Number(arg('requests', 300)), warm = 100
const t = { ...target('opsdesk'), port: Number(process.env.BENCH_PORT ?? 3020) }
/** Words that one ticket in a thousand, in a hundred, in five has in its title; the last is of the seed. */
const words = { rare: 'flux', some: 'capacitor', common: 'vpn' }

const list = query => i => ['GET', `${t.paths.tickets}?${query(i)}`]
const graphql = query => () => ['POST', t.paths.graphql, { body: { query } }]
/** What is asked; `grows` names the two that may: a total, up to 10,000, and a word that over 1 % of all tickets have. */
const workloads = ({ assignees, cursors, middle, numbers }) => ({
  'newest first': { ask: list(() => 'sort=-createdAt&limit=20') },
  'open, one assignee': { ask: list(i => `status=open&assignee=${assignees[i % assignees.length]}&sort=-createdAt&limit=20`) },
  'by priority, then age': { ask: list(() => 'status=open,waiting&sort=-priority,createdAt&limit=20') },
  'from the middle on': { ask: list(() => `createdBefore=${middle}&sort=-createdAt&limit=20`) },
  'after 100 to 2,000 others': { ask: list(i => `sort=-createdAt&limit=20&cursor=${encodeURIComponent(cursors[i % cursors.length])}`) },
  'search: one ticket': { ask: list(i => `q=${numbers[i % numbers.length]}&limit=20`) },
  'search: 0.1 % of tickets': { ask: list(() => `q=${words.rare}&limit=20`) },
  'search: 1 % of tickets': { ask: list(() => `q=${words.some}&limit=20`) },
  'search: 20 % of tickets': { ask: list(() => `q=${words.common}&limit=20`), grows: true },
  'newest first, with total': { ask: list(() => 'include=total&sort=-createdAt&limit=20'), grows: true },
  'GraphQL nested list': { ask: graphql(opsdesk.query) }
})

const pagesRead = async sql => {
  await sleep(1500) // a server process tells its counts a second later at most
  return (await sql.query('select (blks_hit + blks_read)::float8 n from pg_stat_database where datname = $1', [database])).rows[0].n
}

async function measure(size) {
  process.argv.push('--size', size); await opsdesk.reset(); process.argv.splice(-2)
  const sql = new Client({ connectionString: own.DATABASE_URL }); await sql.connect(); sql.on('error', () => {})
  await sql.query(`update tickets set title = title || ' ${words.rare}' where number % 1000 = 7`)
  await sql.query(`update tickets set title = title || ' ${words.some}' where number % 100 = 8`)
  await sql.query('vacuum analyze tickets')
  const n = (await sql.query('select count(*)::int n from tickets')).rows[0].n
  const p = launch(t, t.alone, own)
  try {
    await ready(t)
    const token = await login(t, 2), ask = ([method, path, more]) => call(t, method, path, { token, headers: { 'cache-control': 'no-cache' }, ...more })
    const cursors = [] // each of 2,000 tickets further on: a cursor is good for its own filter and sort alone
    for (let i = 0, at = ''; i < 20; i++) cursors.push(at = (await ask(['GET', `${t.paths.tickets}?sort=-createdAt&limit=100${at && `&cursor=${encodeURIComponent(at)}`}`])).json.page.nextCursor)
    const middle = (await sql.query('select created_at at from tickets where number = $1 / 2', [n])).rows[0].at.toISOString()
    const given = { assignees: await opsdesk.assignees(), cursors, middle, numbers: Array.from({ length: 50 }, (_, i) => Math.floor(n * (i + 10) / 61)) }
    const rows = []
    for (const [name, { ask: of, grows = false }] of Object.entries(workloads(given))) {
      const one = async i => { const r = await ask(of(i)); if (r.status !== 200 || r.json.errors) throw new Error(`${name}: ${r.status} ${r.text.slice(0, 300)}`); return r }
      for (let i = 0; i < warm; i++) await one(i)
      const pages = await pagesRead(sql), before = cpuNow({ server: p.pid })
      for (let i = 0; i < requests; i += 4) await Promise.all([0, 1, 2, 3].map(k => one(i + k)))
      const cpu = delta(before, cpuNow({ server: p.pid })), after = await pagesRead(sql)
      const us = seconds => Math.round(seconds / requests * 1e6)
      rows.push({ size: n, name, grows, pages: Math.round((after - pages) / requests), serverUs: us(cpu.server), pgUs: us(cpu.postgres) })
      console.log(JSON.stringify(rows.at(-1)))
    }
    return rows
  } finally { await stop(p); await sql.end(); await opsdesk.leave() }
}

/** Two panels, both axes logarithmic: pages that PostgreSQL looks at, and CPU time of the desk and PostgreSQL together. */
function chart(rows) {
  const names = [...new Set(rows.map(r => r.name))], width = 1000, height = 460
  const it = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height })
  const panel = (of, i) => names.map(name => ({ name, type: 'line', xAxisIndex: i, yAxisIndex: i, symbol: 'circle', symbolSize: 6,
    lineStyle: { type: rows.find(r => r.name === name).grows ? 'dashed' : 'solid' }, data: rows.filter(r => r.name === name).map(r => [r.size, of(r)]) }))
  const axis = (i, name) => ({ gridIndex: i, type: 'log', name, nameLocation: 'middle', nameGap: 34 })
  const people = new Intl.NumberFormat('en', { notation: 'compact' })
  it.setOption({ animation: false, backgroundColor: '#fff', color: ['#4e79a7', '#f28e2b', '#59a14f', '#b6992d', '#e15759', '#9c755f', '#b07aa1', '#333333', '#76b7b2', '#ff9da7', '#79706e'],
    title: [{ text: 'Pages (8 KiB) that PostgreSQL reads for one answer', left: 40, top: 8 }, { text: 'CPU time of one request, ms', left: 540, top: 8 }].map(x => ({ ...x, textStyle: { fontSize: 13 } })),
    legend: { bottom: 4, left: 'center', width: 960, textStyle: { fontSize: 11 }, data: names },
    grid: [{ left: 60, top: 44, width: 410, bottom: 110 }, { left: 550, top: 44, width: 410, bottom: 110 }],
    xAxis: [0, 1].map(i => ({ ...axis(i, 'tickets'), min: Math.min(...rows.map(r => r.size)), max: Math.max(...rows.map(r => r.size)), axisLabel: { formatter: n => people.format(n) } })),
    yAxis: [0, 1].map(i => ({ gridIndex: i, type: 'log', axisLabel: { formatter: n => people.format(n) } })),
    series: [...panel(r => Math.max(r.pages, 1), 0), ...panel(r => (r.serverUs + r.pgUs) / 1000, 1)] })
  return it.renderToSVGString()
}

const rows = []
for (const size of sizes) rows.push(...await measure(size))
mkdirSync(join(root, 'results'), { recursive: true })
writeFileSync(join(root, 'results/growth.json'), `${JSON.stringify({ at: new Date().toISOString(), rows }, null, 1)}\n`)
writeFileSync(join(root, '../docs/growth.svg'), chart(rows))
const counts = [...new Set(rows.map(r => r.size))], of = (name, n) => rows.find(r => r.name === name && r.size === n)
console.log(`| pages and CPU ms for one answer | ${counts.map(n => `${n.toLocaleString('en')} tickets`).join(' | ')} |\n|---|${'--:|'.repeat(counts.length)}`)
for (const name of new Set(rows.map(r => r.name))) console.log(`| ${name} | ${counts.map(n => { const r = of(name, n); return `${r.pages.toLocaleString('en')} · ${((r.serverUs + r.pgUs) / 1000).toFixed(1)}` }).join(' | ')} |`)
process.exit(0)
