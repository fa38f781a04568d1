import { hardLimit, resource, type HardLimits, type Resource } from '../host/hard-limits.ts'
import type { HostFeature } from '../features.ts'
import type { Limits } from '../limits.ts'
import { KiB } from '../units.ts'

/** A limit of setrlimit(2), soft and hard. */
export interface ResourceLimit {
  readonly resource: Resource
  readonly value: number
}

/**
 * What every command gets, whatever its limits. There is no RLIMIT_AS among them: it breaks V8, Go and the JVM. A core
 * of one byte is no core, and unlike one of none it also keeps a piped core_pattern from being run (core(5)).
 */
const wanted: readonly ResourceLimit[] = [
  { resource: resource.coreBytes, value: 1 },
  { resource: resource.lockedBytes, value: 64 * KiB },
  { resource: resource.messageQueueBytes, value: 800 * KiB },
  { resource: resource.nice, value: 0 },
  { resource: resource.realtimePriority, value: 0 },
  { resource: resource.pendingSignalCount, value: 4096 },
]

/** Those of every command on this host: a hard limit cannot be raised. */
export function fixedResourceLimits(host: HardLimits): readonly ResourceLimit[] {
  return wanted.map(({ resource: of, value }) => ({ resource: of, value: Math.min(value, hardLimit(host, of)) }))
}

/** Of a user who is the caller's own, init and what watches for refused calls count as well (getrlimit(2)). */
const ownProcessCount = 2

/**
 * Those that a run's limits ask for; they were checked against the host. Where no control group counts processes,
 * the kernel's count of the command's user does.
 */
export function resourceLimits(
  limits: Limits,
  fixed: readonly ResourceLimit[],
  missing: readonly HostFeature[],
): readonly ResourceLimit[] {
  const most = limits.processCount + (missing.includes('userIds') ? ownProcessCount : 0)
  const uncounted = missing.includes('cgroup') || missing.includes('processes')
  return [
    ...(uncounted ? [{ resource: resource.processCount, value: most }] : []),
    { resource: resource.fileBytes, value: limits.fileBytes },
    { resource: resource.openFileCount, value: limits.openFileCount },
    { resource: resource.stackBytes, value: limits.stackBytes },
    ...fixed,
  ]
}
