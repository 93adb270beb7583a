// pnpm bench [--quick] [--size 1m] [--targets a,b] [--workloads W1,W2] [--rounds n]: installs what it needs, starts the services,
// measures, prints the tables and ends what it has started. What `harness/run.mjs` takes is handed on.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(fileURLToPath(import.meta.url)), node = join(root, 'harness/node_modules/.bin/node')
const given = process.argv.slice(2), arg = (name, otherwise) => { const at = given.indexOf(`--${name}`); return at < 0 ? otherwise : given[at + 1] }
const isQuick = given.includes('--quick')
// The peers' data are of one size; what another size costs OpsDesk is measured of OpsDesk.
const peers = arg('size', '100k') !== '100k' ? '' : isQuick ? ',fastify' : ',fastify,nest'
const targets = arg('targets', `opsdesk${peers}`), of = name => targets.split(',').some(target => target.startsWith(name))
const run = (command, args, cwd = root) => execFileSync(command, args, { cwd, stdio: 'inherit', env: { ...process.env, PATH: `${dirname(node)}:${process.env.PATH}` } })
const install = folder => { if (!existsSync(join(root, folder, 'node_modules'))) run('npm', ['ci', '--no-audit', '--no-fund'], join(root, folder)) }

install('harness')
if (of('opsdesk')) run(node, ['../services/desk/src/build.ts'])
if (of('fastify')) install('peers/fastify')
if (of('nest')) { install('peers/nest'); if (!existsSync(join(root, 'peers/nest/dist'))) run('npm', ['run', 'build'], join(root, 'peers/nest')) }
if (!isQuick) install('limits/effect')

const quick = { workloads: 'W2,W4,W6,W8', rounds: '1', seconds: '3', warm: '2' }
const full = { workloads: 'W1,W2,W3,W4,W5,W6,W8,W9,W10,W12', rounds: '3', seconds: '6', warm: '3' }
const out = arg('out', `results/${isQuick ? 'quick' : 'bench'}.json`)
const settings = Object.entries({ ...(isQuick ? quick : full), size: '100k', baseline: targets.includes('fastify') ? 'fastify' : 'opsdesk', noise: isQuick ? '1' : '0.15' })
  .flatMap(([name, otherwise]) => [`--${name}`, arg(name, otherwise)])
try {
  run(node, ['infra/up.mjs'])
  // OpsDesk's contract is its own, and has tests of its own.
  for (const target of targets.split(',')) if (target !== 'opsdesk') run(node, ['harness/check.mjs', target])
  run(node, ['harness/run.mjs', '--targets', targets, ...settings, '--out', out])
  if (!isQuick && peers !== '') run(node, ['limits/run.mjs', '--rounds', arg('rounds', '3'), '--out', 'results/limits.json'])
} finally { run(node, ['infra/down.mjs']) }
