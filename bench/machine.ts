import { existsSync, readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'
import { setTimeout } from 'node:timers/promises'

/** Where something was measured. */
export interface Machine {
  readonly node: string
  readonly kernel: string
  readonly architecture: string
  readonly processor: string
  readonly processorCount: number
  readonly memoryBytes: number
  readonly isVirtual: boolean
  readonly cgroups: 'v1' | 'v2' | 'hybrid'
}

/** What else the machine did. */
export interface Busyness {
  /** Of the last minute. */
  readonly loadAverage: number
  /** The part of all processors that others used, while this process slept for a second. */
  readonly busyFraction: number
}

const isBusyFrom = 0.1
const sampledMs = 1000

function cgroupLayout(): Machine['cgroups'] {
  if (existsSync('/sys/fs/cgroup/cgroup.controllers')) return 'v2'
  return existsSync('/sys/fs/cgroup/unified') ? 'hybrid' : 'v1'
}

export function describeMachine(): Machine {
  const processors = cpus()
  return {
    node: process.versions.node,
    kernel: release(),
    architecture: process.arch,
    processor: processors[0]?.model.trim() ?? 'unknown processor',
    processorCount: processors.length,
    memoryBytes: totalmem(),
    isVirtual: /^flags.*\bhypervisor\b/m.test(readFileSync('/proc/cpuinfo', 'utf8')),
    cgroups: cgroupLayout(),
  }
}

/** Time of all processors since the machine started, in ms. */
function processorTimes(): { readonly idleMs: number; readonly allMs: number } {
  const times = cpus().map(({ times: { user, nice, sys, idle, irq } }) => ({
    idle,
    all: user + nice + sys + idle + irq,
  }))
  return {
    idleMs: times.reduce((sum, { idle }) => sum + idle, 0),
    allMs: times.reduce((sum, { all }) => sum + all, 0),
  }
}

export async function measureBusyness(): Promise<Busyness> {
  const before = processorTimes()
  await setTimeout(sampledMs)
  const after = processorTimes()
  const busyFraction = 1 - (after.idleMs - before.idleMs) / (after.allMs - before.allMs)
  return { loadAverage: loadavg()[0] ?? 0, busyFraction: Math.max(0, busyFraction) }
}

export function isBusy({ busyFraction }: Busyness): boolean {
  return busyFraction >= isBusyFrom
}
