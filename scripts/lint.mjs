// Every check that runs nothing: all of them, also after one has failed, and a line for each at the end.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { root } from './setup/say.mjs'

const checks = [
  { name: 'types (tsc)', command: ['node_modules/.bin/tsc', '-p', 'tsconfig.json'] },
  { name: 'lint (oxlint)', command: ['node_modules/.bin/oxlint', '--deny-warnings'] },
  { name: 'format (oxfmt; npm run format mends it)', command: ['node_modules/.bin/oxfmt', '--check'] },
  { name: 'dead code (knip)', command: ['node_modules/.bin/knip', '--no-config-hints'] },
  {
    name: 'C (make -C native lint)',
    command: ['make', '-C', 'native', '--no-print-directory', '--keep-going', 'lint'],
  },
]

function run({ name, command: [program, ...args] }) {
  console.log(`== ${name}`)
  const { status } = spawnSync(program, args, { cwd: fileURLToPath(root), stdio: ['ignore', 'inherit', 'inherit'] })
  return { name, isClean: status === 0 }
}

const results = checks.map(run)
for (const { name, isClean } of results) console.log(`${isClean ? 'clean ' : 'FAILED'}  ${name}`)
process.exitCode = results.every((result) => result.isClean) ? 0 : 1
