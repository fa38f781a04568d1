import type { Limits } from '@mayfly/sandbox'
import { invalid, requireObject } from './invalid.ts'

/** Limits as a person writes them: the names of the library's without their units, values as on the command line. */
export interface LimitOptions {
  /** Time on the clock, such as `'60s'`. */
  readonly wallTime?: string
  /** Processor time of all processes, such as `'30s'`. */
  readonly cpuTime?: string
  /** Time on the clock without using a processor. Default: `wallTime`. */
  readonly idleTime?: string
  /** Such as `'512MiB'`; swap and written files included. */
  readonly memory?: string
  /** At once, threads included. */
  readonly processes?: number
  /** Processors' worth of time; may be a fraction. */
  readonly cpus?: number
  readonly cpuWeight?: number
  readonly ioWeight?: number
  /** Written to standard output, as much again to standard error, and reported: logs, results, snapshots, attachments, coverage. */
  readonly output?: string
  /** All files that are written in `/tmp` and elsewhere in the container. */
  readonly disk?: string
  readonly inodes?: number
  readonly file?: string
  readonly openFiles?: number
  readonly stack?: string
}

type Reader = (option: string, value: unknown) => number

const rules: { readonly [Name in keyof LimitOptions]-?: readonly [limit: keyof Limits, read: Reader] } = {
  wallTime: ['wallTimeMs', readTime],
  cpuTime: ['cpuTimeMs', readTime],
  idleTime: ['idleTimeMs', readTime],
  memory: ['memoryBytes', readSize],
  processes: ['processCount', readCount],
  cpus: ['cpus', readNumber],
  cpuWeight: ['cpuWeight', readCount],
  ioWeight: ['ioWeight', readCount],
  output: ['outputBytes', readSize],
  disk: ['diskBytes', readSize],
  inodes: ['inodeCount', readCount],
  file: ['fileBytes', readSize],
  openFiles: ['openFileCount', readCount],
  stack: ['stackBytes', readSize],
}

/** Reads limits; what they may be at most, the library says. Throws `INVALID_OPTION`, naming `option`. */
export function readLimits(limits: LimitOptions, option: string): Partial<Limits> {
  requireObject(limits, option)
  const read: Partial<Record<keyof Limits, number>> = {}
  for (const [name, value] of Object.entries(limits)) {
    const rule = Object.hasOwn(rules, name) ? rules[name as keyof LimitOptions] : undefined
    if (rule === undefined) throw invalid(option, `have no properties but ${Object.keys(rules).join(', ')}`, name)
    if (value !== undefined) read[rule[0]] = rule[1](`${option}.${name}`, value)
  }
  return read
}

/** What the library says of a limit, by the name that it has here. */
export function inOurWords(message: string): string {
  return message.replaceAll(/\blimits\.(\w+)/g, (_, name: string) => optionOf(name as keyof Limits))
}

/** The option that sets a limit, such as `limits.memory`. */
export function optionOf(limit: keyof Limits): string {
  const [name] = Object.entries(rules).find(([, [each]]) => each === limit) ?? [limit]
  return `limits.${name}`
}

const sizes: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 }
const times: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** Reads `'256MiB'` as bytes. */
export function readSize(option: string, value: unknown): number {
  return measured(option, value, sizes, 'a size such as 256MiB or 1.5GiB (B, KiB, MiB, GiB, TiB)')
}

/** Reads `'2s'` as milliseconds. */
export function readTime(option: string, value: unknown): number {
  return measured(option, value, times, 'a time such as 500ms, 2s, 1.5m or 24h')
}

/** Reads a number of things. */
export function readCount(option: string, value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value
  throw invalid(option, 'be a positive integer', value)
}

/** Reads a positive number. */
function readNumber(option: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value
  throw invalid(option, 'be a positive number', value)
}

function measured(option: string, value: unknown, units: Readonly<Record<string, number>>, what: string): number {
  const match = typeof value === 'string' ? /^(?<amount>\d+(?:\.\d+)?)(?<unit>[a-zA-Z]+)$/.exec(value) : null
  const { amount = '', unit = '' } = match?.groups ?? {}
  const exact = Number(amount) * (Object.hasOwn(units, unit) ? (units[unit] ?? Number.NaN) : Number.NaN)
  const whole = Math.round(exact)
  if (whole > 0 && Number.isSafeInteger(whole) && Math.abs(whole - exact) < 1e-6) return whole
  throw invalid(option, `be ${what}, and more than nothing`, value)
}
