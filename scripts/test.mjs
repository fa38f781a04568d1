// Every test: the C ones, then Vitest's. With arguments, Vitest alone, with them (`npm test -- --project unit`).
// The last line is the sum of all: `N passed, N failed, N skipped`.
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { testNeeds } from './setup/needs.mjs'
import { root } from './setup/say.mjs'
import { requireSystem } from './setup/system.mjs'

const vitestArgs = process.argv.slice(2)
const cwd = fileURLToPath(root)
const tallyPath = fileURLToPath(new URL('build/tally.json', root))

function checkNative() {
  const args = ['-C', 'native', '--no-print-directory', 'check']
  const { status, stdout } = spawnSync('make', args, { cwd, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' })
  process.stdout.write(stdout)
  const line = [...stdout.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1)
  const tally = { passed: Number(line?.[1] ?? 0), failed: Number(line?.[2] ?? 0), skipped: 0 }
  return atLeastOneFailed(tally, status)
}

function runVitest() {
  rmSync(tallyPath, { force: true })
  const { status } = spawnSync('node_modules/.bin/vitest', ['run', ...vitestArgs], {
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, MAYFLY_TALLY: tallyPath },
  })
  return atLeastOneFailed(readTally(), status)
}

function readTally() {
  try {
    return JSON.parse(readFileSync(tallyPath, 'utf8'))
  } catch {
    return { passed: 0, failed: 0, skipped: 0 }
  }
}

/** A runner that failed without naming a test has failed all the same. */
function atLeastOneFailed(tally, status) {
  return status !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally
}

requireSystem(testNeeds)
const tallies = vitestArgs.length > 0 ? [runVitest()] : [checkNative(), runVitest()]
const sum = (key) => tallies.reduce((total, tally) => total + tally[key], 0)
console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`)
process.exitCode = sum('failed') === 0 && sum('passed') > 0 ? 0 : 1
