import type { Sandbox } from '@mayfly/sandbox'
import { type Summary, summarize } from '../statistics.ts'

/** What Mayfly says that `/bin/true` used. */
export interface Accounting {
  readonly cpuTimeMs: Summary
  readonly memoryPeakBytes: Summary
}

export async function measureAccounting(sandbox: Sandbox, rounds: number): Promise<Accounting> {
  const cpuTimeMs: number[] = []
  const memoryPeakBytes: number[] = []
  for (let round = 0; round < rounds; round++) {
    const { usage } = await sandbox.run(['/bin/true'])
    cpuTimeMs.push(usage.cpuTimeMs)
    memoryPeakBytes.push(usage.memoryPeakBytes)
  }
  return { cpuTimeMs: summarize(cpuTimeMs), memoryPeakBytes: summarize(memoryPeakBytes) }
}
