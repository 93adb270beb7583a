// Runs OpsDesk's programs as one group: node targets/opsdesk.mjs api relay realtime. The first listens on PORT, the others
// on the ports after it, so that what the harness measures is all of them.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const programs = {
  api: { main: 'dist/api.js', pool: 8 },
  realtime: { main: 'dist/realtime.js', pool: 4 },
  // The relay alone, as the peers' server has it; consumers are measured by themselves.
  relay: { main: 'dist/worker.js', pool: 2, env: { OPSDESK_WORKER: 'relay' } }
}
const cwd = fileURLToPath(new URL('../..', import.meta.url))
const children = process.argv.slice(2).map((name, i) => {
  const { main, pool, env } = programs[name]
  // One pool of DB_POOL for all of them, as the peers have one.
  const share = process.argv.length > 3 ? pool : process.env.DB_POOL
  return spawn(process.execPath, [main], { cwd, stdio: 'inherit', env: { ...process.env, ...env, PORT: String(Number(process.env.PORT) + i), DB_POOL: String(share) } })
})
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => children.forEach(child => child.kill(signal)))
await Promise.all(children.map(child => new Promise(done => child.on('exit', done))))
