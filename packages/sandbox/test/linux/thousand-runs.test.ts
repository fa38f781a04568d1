import { readdirSync, readFileSync } from 'node:fs'
import { createSandbox, KiB, type Sandbox } from '@mayfly/sandbox'
import { expect, test } from 'vitest'
import { descendsFrom, readProcesses, supervisorsOf } from '../../../../fixtures/host-processes.ts'
import { readHostState } from '../../../../fixtures/host-state.ts'
import { until } from './support/until.ts'
import { needsSandboxes } from './support/use-sandbox.ts'

needsSandboxes()

interface Footprint {
  readonly nodeDescriptorCount: number
  readonly supervisorDescriptorCount: number
  readonly processCount: number
  readonly cgroupCount: number
  readonly mounts: readonly string[]
}

function descriptorCount(pid: number | 'self'): number {
  return readdirSync(`/proc/${pid}/fd`).length
}

/** proc_pid_status(5): anonymous memory, what a leak would grow. */
function anonymousBytes(pid: number): number {
  const match = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(match?.[1]) * KiB
}

function footprint(supervisor: number): Footprint {
  const all = readProcesses()
  const { cgroups, mounts } = readHostState()
  return {
    nodeDescriptorCount: descriptorCount('self'),
    supervisorDescriptorCount: descriptorCount(supervisor),
    processCount: [...all.keys()].filter((pid) => descendsFrom(all, pid, process.pid)).length,
    cgroupCount: cgroups.length,
    mounts,
  }
}

async function runMany(sandbox: Sandbox, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const result = await sandbox.run({ argv: ['/bin/true'], stdin: 'input', files: { file: 'content' } })
    if (result.status !== 'exited') throw new Error(`run ${i} ${result.status}`)
  }
}

/** The supervisor destroys the last container and makes the next in the background: what is left then is one unused. */
async function settled(signal: AbortSignal, supervisor: number): Promise<void> {
  const [supervisorAndInitAndStub, perHierarchy] = [3, 2]
  await until(signal, () => {
    const { processCount, cgroupCount } = footprint(supervisor)
    return processCount === supervisorAndInitAndStub && cgroupCount % perHierarchy === 0 && cgroupCount > 0
  })
}

test('1,000 runs leave descriptors, processes, mounts, cgroups and memory where they were', async ({ signal }) => {
  const [earlier] = [supervisorsOf(process.pid)]
  const sandbox = await createSandbox({ concurrency: 1, warm: { min: 1, max: 1 } })
  try {
    const supervisor = supervisorsOf(process.pid).find((pid) => !earlier.includes(pid)) ?? 0
    await runMany(sandbox, 1000) // until every place of the pool has been used
    await settled(signal, supervisor)
    const before = footprint(supervisor)
    const beforeBytes = anonymousBytes(supervisor)
    await runMany(sandbox, 1000)
    await settled(signal, supervisor)
    expect(footprint(supervisor)).toEqual(before)
    expect(anonymousBytes(supervisor) - beforeBytes).toBeLessThanOrEqual(256 * KiB)
  } finally {
    await sandbox.close()
  }
})
