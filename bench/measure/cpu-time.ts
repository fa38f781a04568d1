import type { Sandbox } from '@mayfly/sandbox'
import { buildFixture } from '../../fixtures/build.ts'
import { type Distribution, distribution } from '../statistics.ts'
import { runProcess } from '../subjects/process.ts'

/** The CPU time that one program, which computes the same each time, is said to take. */
export interface CpuTime {
  /** By Mayfly. */
  readonly insideMs: Distribution
  /** By getrusage(2), as a child outside of any container. */
  readonly bareMs: Distribution
}

/** In turn. */
export async function measureCpuTime(sandbox: Sandbox, rounds: number): Promise<CpuTime> {
  const work = await buildFixture('honest', 'fixed-work')
  const measureChild = await buildFixture('honest', 'child-cpu-time')
  const inside = { argv: ['./fixed-work'], files: { 'fixed-work': { hostPath: work, mode: 0o755 } } }
  const insideMs: number[] = []
  const bareMs: number[] = []
  for (let round = 0; round < rounds; round++) {
    const { status, usage } = await sandbox.run(inside)
    if (status !== 'exited') throw new Error(`fixed-work ${status}`)
    insideMs.push(usage.cpuTimeMs)
    bareMs.push(Number(await runProcess(measureChild, [work])) / 1000)
  }
  return { insideMs: distribution(insideMs), bareMs: distribution(bareMs) }
}
