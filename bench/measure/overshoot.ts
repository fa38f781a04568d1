import type { Limits, RunResult, Sandbox, Usage } from '@mayfly/sandbox'
import { buildFixture } from '../../fixtures/build.ts'
import { type Summary, summarize } from '../statistics.ts'

/** By how much a command passes a time limit before it is dead, in milliseconds. */
export interface Overshoot {
  readonly cpuTimeMs: Summary
  readonly wallTimeMs: Summary
}

const limitMs = 200

async function runFixture(sandbox: Sandbox, name: string, limits: Partial<Limits>): Promise<RunResult> {
  const hostPath = await buildFixture('hostile', name)
  return sandbox.run({ argv: [`./${name}`], files: { [name]: { hostPath, mode: 0o755 } } }, limits)
}

async function measure(
  sandbox: Sandbox,
  program: string,
  limit: 'cpuTimeMs' | 'wallTimeMs',
  rounds: number,
): Promise<Summary> {
  const samples: number[] = []
  for (let round = 0; round < rounds; round++) {
    const { status, usage }: { status: string; usage: Usage } = await runFixture(sandbox, program, { [limit]: limitMs })
    if (status !== 'limited') throw new Error(`${program} ${status}, expected it to meet its limit`)
    samples.push(usage[limit] - limitMs)
  }
  return summarize(samples)
}

/** A busy loop under a CPU limit and a sleeper under a wall limit. */
export async function measureOvershoot(sandbox: Sandbox, rounds: number): Promise<Overshoot> {
  return {
    cpuTimeMs: await measure(sandbox, 'busy-loop', 'cpuTimeMs', rounds),
    wallTimeMs: await measure(sandbox, 'sleeper', 'wallTimeMs', rounds),
  }
}
