import { parseArgs } from 'node:util'
import { createSandbox } from '@mayfly/sandbox'
import { supervisorsOf } from '../../fixtures/host-processes.ts'
import type { Quantity } from './footprint.ts'
import { grown } from './footprint.ts'
import { idleFootprint, runMany, settledFootprint } from './runs.ts'

/** `npm run soak -- --runs N`: what the host has before and after so many runs; exit status 1 if something grew. */

const warmUp = 1000

function table(before: readonly Quantity[], after: readonly Quantity[]): string {
  const start = new Map(before.map(({ name, value }) => [name, value]))
  const rows = after.map(({ name, value }) => [name, `${start.get(name) ?? 0}`, `${value}`] as const)
  const all = [['', 'start', 'end'] as const, ...rows]
  return all.map(([name, first, last]) => `${name.padEnd(32)}${first.padStart(12)}${last.padStart(12)}`).join('\n')
}

async function soak(runs: number): Promise<boolean> {
  const sandbox = await createSandbox({ concurrency: 1, warm: { min: 1, max: 1 } })
  try {
    const [supervisor = 0] = supervisorsOf(process.pid)
    await runMany(sandbox, warmUp)
    const before = await idleFootprint(supervisor)
    const started = performance.now()
    await runMany(sandbox, runs)
    const seconds = (performance.now() - started) / 1000
    const after = await settledFootprint(supervisor, before, runs)
    console.log(table(before, after))
    console.log(`${runs} runs in ${seconds.toFixed(0)} s, after ${warmUp} to warm up`)
    const problems = grown(before, after, runs)
    for (const problem of problems) console.log(`grew: ${problem}`)
    return problems.length === 0
  } finally {
    await sandbox.close()
  }
}

const { values } = parseArgs({ options: { runs: { type: 'string', default: '100000' } } })
const runs = Number(values.runs)
if (!Number.isSafeInteger(runs) || runs < 1)
  throw new RangeError(`--runs must be a positive integer, got ${values.runs}`)
process.exitCode = (await soak(runs)) ? 0 : 1
