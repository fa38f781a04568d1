import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { createSandbox } from '@mayfly/sandbox'
import { descendsFrom, readProcesses } from '../../fixtures/host-processes.ts'

/** What containers cost while they are ready: the memory of supervisor, inits and stubs, and the kernel's own. */
export interface ReadyMemory {
  readonly containerCount: number
  /** Sum of `Pss` in smaps_rollup (proc_pid_smaps(5)): shared pages are split among those that share them. */
  readonly pssBytes: number
  /** By the difference to fewer containers. */
  readonly pssBytesPerContainer: number
  /** What is left for the supervisor: all, without what the containers cost. */
  readonly pssBytesOfSupervisor: number
  /** Slab, kernel stacks and page tables of the whole machine, by the difference too. */
  readonly kernelBytesPerContainer: number
}

interface Footprint {
  readonly pssBytes: number
  readonly kernelBytes: number
}

const fewCount = 10
const processesBeside = 2 // the supervisor and its maker
const processesPerContainer = 2 // an init and a stub
const givenUpAfterMs = 60_000

/** The sum of fields that /proc writes as `Name:   123 kB`. */
function sumOfFields(path: string, names: readonly string[]): number {
  const lines = readFileSync(path, 'utf8').split('\n')
  const kibibytes = (name: string): number =>
    Number(/\d+/.exec(lines.find((line) => line.startsWith(`${name}:`)) ?? '')?.[0] ?? Number.NaN)
  return names.reduce((sum, name) => sum + kibibytes(name) * 1024, 0)
}

function descendants(): readonly number[] {
  const all = readProcesses()
  return [...all.keys()].filter((pid) => descendsFrom(all, pid, process.pid))
}

async function untilReady(containerCount: number): Promise<readonly number[]> {
  const wantedCount = processesBeside + containerCount * processesPerContainer
  const start = performance.now()
  for (;;) {
    const found = descendants()
    if (found.length === wantedCount) return found
    if (performance.now() - start > givenUpAfterMs) {
      throw new Error(`${found.length} processes of ${containerCount} ready containers, expected ${wantedCount}`)
    }
    await setTimeout(50)
  }
}

async function footprintOf(containerCount: number): Promise<Footprint> {
  const kernel = (): number => sumOfFields('/proc/meminfo', ['Slab', 'KernelStack', 'PageTables'])
  const before = kernel()
  const sandbox = await createSandbox({ warm: { min: containerCount, max: containerCount } })
  try {
    const pids = await untilReady(containerCount)
    const pssBytes = pids.reduce((sum, pid) => sum + sumOfFields(`/proc/${pid}/smaps_rollup`, ['Pss']), 0)
    return { pssBytes, kernelBytes: kernel() - before }
  } finally {
    await sandbox.close()
  }
}

/** Counts every descendant of this process: nothing else may be open in it. */
export async function measureReadyMemory(containerCount: number): Promise<ReadyMemory> {
  const few = await footprintOf(fewCount)
  const many = await footprintOf(containerCount)
  const perContainer = (of: keyof Footprint): number => (many[of] - few[of]) / (containerCount - fewCount)
  const pssBytesPerContainer = perContainer('pssBytes')
  return {
    containerCount,
    pssBytes: many.pssBytes,
    pssBytesPerContainer,
    pssBytesOfSupervisor: many.pssBytes - containerCount * pssBytesPerContainer,
    kernelBytesPerContainer: perContainer('kernelBytes'),
  }
}
