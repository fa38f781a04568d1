import { createSandbox } from '@mayfly/sandbox'
import { hostKind } from '@mayfly/test-support'
import { expect, test } from 'vitest'
import { supervisorsOf } from '../../../../../fixtures/host-processes.ts'
import { grown } from '../../../../../test/soak/footprint.ts'
import { idleFootprint, runMany, settledFootprint } from '../../../../../test/soak/runs.ts'
import { needsSandboxes } from '../support/use-sandbox.ts'

needsSandboxes()

/** Fewer where processors are emulated: enough to tell one leaked object per run from those that the kernel frees late. */
const [runs, earlierRuns] = hostKind() === 'vm' ? [300, 100] : [2000, 1000]

test(`52: ${runs} runs leave descriptors, processes, mounts, cgroups, kernel objects and memory where they were`, async () => {
  const earlier = supervisorsOf(process.pid)
  const sandbox = await createSandbox({ concurrency: 1, warm: { min: 1, max: 1 } })
  try {
    const supervisor = supervisorsOf(process.pid).find((pid) => !earlier.includes(pid)) ?? 0
    await runMany(sandbox, earlierRuns) // until every place of the pool has been used
    const before = await idleFootprint(supervisor)
    await runMany(sandbox, runs)
    expect(grown(before, await settledFootprint(supervisor, before, runs), runs)).toEqual([])
  } finally {
    await sandbox.close()
  }
}, 300_000)
