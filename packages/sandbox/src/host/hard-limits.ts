import type { Host } from './host.ts'

/** The limits that the library sets or reads, by the numbers that Linux has for them on every architecture we know. */
export const resource = {
  fileBytes: 1,
  stackBytes: 3,
  coreBytes: 4,
  processCount: 6,
  openFileCount: 7,
  lockedBytes: 8,
  pendingSignalCount: 11,
  messageQueueBytes: 12,
  nice: 13,
  realtimePriority: 14,
} as const

export type Resource = (typeof resource)[keyof typeof resource]

/** The names that proc_pid_limits(5) gives them. */
const titles: Readonly<Record<string, Resource>> = {
  'Max file size': resource.fileBytes,
  'Max stack size': resource.stackBytes,
  'Max core file size': resource.coreBytes,
  'Max processes': resource.processCount,
  'Max open files': resource.openFileCount,
  'Max locked memory': resource.lockedBytes,
  'Max pending signals': resource.pendingSignalCount,
  'Max msgqueue size': resource.messageQueueBytes,
  'Max nice priority': resource.nice,
  'Max realtime priority': resource.realtimePriority,
}

/** This process's hard limits; one that is not known counts as unlimited. */
export type HardLimits = ReadonlyMap<Resource, number>

/** Reads the hard limits, which everything started from here inherits and cannot raise. */
export async function readHardLimits(host: Host): Promise<HardLimits> {
  return parseHardLimits((await host.readText('/proc/self/limits')) ?? '')
}

/** Parses /proc/PID/limits: a title, then soft and hard limit in columns. */
export function parseHardLimits(text: string): HardLimits {
  const limits = new Map<Resource, number>()
  for (const line of text.split('\n')) {
    const match = /^(\S+(?: \S+)*) {2,}(\S+) +(\S+)/.exec(line)
    const number = titles[match?.[1] ?? '']
    if (number === undefined) continue
    limits.set(number, match?.[3] === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(match?.[3]))
  }
  return limits
}

/** A hard limit, unlimited being the largest exact integer. */
export function hardLimit(limits: HardLimits, of: Resource): number {
  return limits.get(of) ?? Number.MAX_SAFE_INTEGER
}
