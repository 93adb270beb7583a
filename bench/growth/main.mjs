// pnpm bench:growth [--sizes 10k,100k,1m,5m] [--requests n]: installs what it needs, starts the services, measures, draws and ends them.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..'), node = join(root, 'harness/node_modules/.bin/node')
const run = (command, args, cwd = root) => execFileSync(command, args, { cwd, stdio: 'inherit', env: { ...process.env, PATH: `${dirname(node)}:${process.env.PATH}` } })
for (const folder of ['harness', 'growth']) if (!existsSync(join(root, folder, 'node_modules'))) run('npm', ['ci', '--no-audit', '--no-fund'], join(root, folder))
run(node, ['../services/desk/src/build.ts'])
try {
  run(node, ['infra/up.mjs'])
  run(node, ['growth/growth.mjs', ...process.argv.slice(2)])
} finally { run(node, ['infra/down.mjs']) }
