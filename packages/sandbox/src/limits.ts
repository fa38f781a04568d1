import { refuseUnknown, requireObject } from './checks.ts'
import { invalidOption } from './errors.ts'
import { GiB, KiB, MiB } from './units.ts'

/** What a command may use. Every limit is finite and has a default; one that a run does not name is the sandbox's. */
export interface Limits {
  /** From exec on; queueing, placing and collecting files do not count. Default 10,000. */
  readonly wallTimeMs: number
  /** Of the command's whole tree. Default 10,000. */
  readonly cpuTimeMs: number
  /** Wall time in which the command uses no CPU. Default: `wallTimeMs`. */
  readonly idleTimeMs: number
  /** Swap, page cache and private files included. Default 1 GiB, or what the host has if that is less. */
  readonly memoryBytes: number
  /** Threads included. Default 64. */
  readonly processCount: number
  /** Quota of processors, may be fractional. Default 1. */
  readonly cpus: number
  /** Percent of the default share, 1 to 100. Default 25. */
  readonly cpuWeight: number
  /** 10 to 1000. Default 10; set explicitly, a host that cannot do it is refused. */
  readonly ioWeight: number
  /** Of each stream. Default 16 MiB; no more than 64 MiB of each come back, however large it is. */
  readonly outputBytes: number
  /** Of all files together, placed ones included; they count as memory too. Default 64 MiB. */
  readonly diskBytes: number
  /** Files, directories and links. Default 10,000. */
  readonly inodeCount: number
  /** Of a single file. Default 64 MiB. */
  readonly fileBytes: number
  /** Open descriptors of a process. Default 1,024, or the host's hard limit if that is less. */
  readonly openFileCount: number
  /** Of the main thread. Default 64 MiB, or the host's hard limit if that is less. */
  readonly stackBytes: number
}

/** What a run can be limited by. When several were crossed, the first in this order is reported. */
export type LimitName = 'output' | 'memory' | 'processes' | 'disk' | 'cpuTime' | 'idleTime' | 'wallTime'

/** What a host can give at most; limits beyond it are refused. */
export interface HostCapacity {
  readonly memoryBytes: number
  readonly processCount: number
  readonly cpuCount: number
  readonly fileBytes: number
  readonly openFileCount: number
  readonly stackBytes: number
}

interface LimitRule {
  readonly standard: number
  readonly minimum: number
  readonly fractional?: true
  /** What the default is clamped to and an explicit one must not pass, and why. */
  readonly maximum: (host: HostCapacity) => number
  readonly because: string
}

const yearMs = 365 * 24 * 60 * 60 * 1000
const time = { minimum: 1, maximum: () => yearMs, because: 'a year' } as const
const safe = { minimum: 1, maximum: () => Number.MAX_SAFE_INTEGER, because: 'the largest exact integer' } as const

const rules: { readonly [Name in keyof Limits]: LimitRule } = {
  wallTimeMs: { ...time, standard: 10_000 },
  cpuTimeMs: { ...time, standard: 10_000 },
  idleTimeMs: { ...time, standard: 10_000 },
  memoryBytes: {
    standard: GiB,
    minimum: MiB, // a container that waits for its command takes a part of it already
    maximum: (host) => host.memoryBytes,
    because: 'the memory and swap of this host',
  },
  processCount: {
    standard: 64,
    minimum: 1,
    maximum: (host) => host.processCount,
    because: '/proc/sys/kernel/pid_max of this host',
  },
  cpus: {
    standard: 1,
    minimum: 0.01,
    fractional: true,
    maximum: (host) => host.cpuCount,
    because: 'the processors that this process may use',
  },
  cpuWeight: { standard: 25, minimum: 1, maximum: () => 100, because: 'the whole of the default share' },
  ioWeight: { standard: 10, minimum: 10, maximum: () => 1000, because: 'the largest weight of the kernel' },
  outputBytes: { ...safe, standard: 16 * MiB },
  diskBytes: { ...safe, standard: 64 * MiB },
  inodeCount: { ...safe, standard: 10_000 },
  fileBytes: {
    standard: 64 * MiB,
    minimum: 1,
    maximum: (host) => host.fileBytes,
    because: 'the hard limit of this process (ulimit -Hf)',
  },
  openFileCount: {
    standard: 1024,
    minimum: 1,
    maximum: (host) => host.openFileCount,
    because: 'the hard limit of this process (ulimit -Hn)',
  },
  stackBytes: {
    standard: 64 * MiB,
    minimum: 64 * KiB,
    maximum: (host) => host.stackBytes,
    because: 'the hard limit of this process (ulimit -Hs)',
  },
}

const names = Object.keys(rules) as (keyof Limits)[]
const nameSet: ReadonlySet<string> = new Set(names)

/** What a run sets put over what its sandbox sets; one that is `undefined` is not set. */
export function overlayLimits(base: Partial<Limits>, limits: Partial<Limits>): Partial<Limits> {
  requireObject(limits, 'limits')
  return { ...base, ...Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined)) }
}

/** Fills in the defaults, clamped to the host, and refuses what is unknown, malformed or beyond the host. */
export function resolveLimits(limits: Partial<Limits>, host: HostCapacity, option = 'limits'): Limits {
  requireObject(limits, option)
  refuseUnknown(limits, nameSet, option)
  const resolved: Partial<Record<keyof Limits, number>> = {}
  for (const name of names) {
    const value = limits[name]
    if (value === undefined) resolved[name] = Math.min(rules[name].standard, rules[name].maximum(host))
    else resolved[name] = checked(value, rules[name], host, `${option}.${name}`)
  }
  const complete = resolved as Limits
  return limits.idleTimeMs === undefined ? { ...complete, idleTimeMs: complete.wallTimeMs } : complete
}

function checked(value: number, rule: LimitRule, host: HostCapacity, option: string): number {
  if (rule.fractional ? !(Number.isFinite(value) && value > 0) : !(Number.isSafeInteger(value) && value > 0)) {
    throw invalidOption(option, rule.fractional ? 'be a positive number' : 'be a positive integer', value)
  }
  if (value < rule.minimum) throw invalidOption(option, `be at least ${rule.minimum}`, value)
  const maximum = rule.maximum(host)
  if (value > maximum) throw invalidOption(option, `be at most ${maximum}, ${rule.because}`, value)
  return value
}
