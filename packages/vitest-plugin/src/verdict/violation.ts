import type { LimitName, Limits, RunResult, Violation } from '@mayfly/sandbox'
import { optionOf } from '../options/limits.ts'
import type { Overrun } from '../options/budgets.ts'
import type { Network } from '@mayfly/sandbox'
import type { Refusal } from '../wire/messages.ts'

/** What a test or a file fails with on the sandbox's account; it prints as any other error of a test. */
export interface SandboxViolation {
  readonly name: 'SandboxViolation'
  readonly message: string
  readonly stack: string
  readonly kind: LimitName | 'network' | 'lookup' | 'write' | 'call' | 'budget' | 'exit' | 'protocol' | 'start'
  /** In the limit's unit: bytes, milliseconds, a number. */
  readonly limit?: number
  readonly measured?: number
}

/** A violation without a place, or with the frames of one. */
export function violation(
  kind: SandboxViolation['kind'],
  message: string,
  more: { readonly frames?: string; readonly limit?: number; readonly measured?: number } = {},
): SandboxViolation {
  const { frames, ...numbers } = more
  const name = 'SandboxViolation'
  return { name, kind, message, stack: [`${name}: ${message}`, ...(frames ? [frames] : [])].join('\n'), ...numbers }
}

/** What the worker saw refused, where it was tried. */
export function refusalViolation(refusal: Refusal, network: Network, frames: string): SandboxViolation {
  const { kind, action, target, code } = refusal
  return violation(kind, `${action} ${target}: refused by the sandbox (${code})\n${hintOf(kind, target, network)}`, {
    frames,
  })
}

/** What only the kernel saw refused. */
export function callViolation({ call, detail, count, program }: Violation, network: Network): SandboxViolation {
  const kind = /^(?:connect|sendto|bind)$/.test(call) ? 'network' : 'call'
  const times = count === 1 ? '' : `, ${count} times`
  const what = [call, detail].filter(Boolean).join(' ')
  return violation(kind, `${what}: refused by the sandbox (by ${program}${times})\n${hintOf(kind, detail, network)}`)
}

const goOn = "`violations: 'warn'` for this file lets the test go on"

function hintOf(kind: Refusal['kind'], target: string, network: Network): string {
  if (kind === 'write') return 'The project is read-only. Write to os.tmpdir(), or name the directory in `writable`.'
  if (kind === 'call') return `A container has no use for it. If the test has, ${goOn}.`
  if (network === 'none' && /^(?:inet6? )?(?:127\.|\[::1\]|localhost)/.test(target))
    return "The file has `network: 'none'`; `network: 'loopback'` allows servers of its own."
  if (kind === 'lookup') return `There is no name server. Use 127.0.0.1 for servers of the test's own; else ${goOn}.`
  return `Tests reach servers of their own, and nothing else. Mock it; else ${goOn}.`
}

const limitsByName: Readonly<Record<LimitName, readonly (keyof Limits)[]>> = {
  output: ['outputBytes'],
  memory: ['memoryBytes'],
  processes: ['processCount'],
  disk: ['diskBytes', 'inodeCount', 'fileBytes'],
  cpuTime: ['cpuTimeMs'],
  idleTime: ['idleTimeMs'],
  wallTime: ['wallTimeMs'],
}

const words: Readonly<Record<LimitName, string>> = {
  output: 'output',
  memory: 'memory',
  processes: 'process',
  disk: 'disk',
  cpuTime: 'processor-time',
  idleTime: 'idle-time',
  wallTime: 'wall-clock',
}

/** The limit that a file met, with what was measured. */
export function limitViolation(
  { limit, evidence }: Extract<RunResult, { status: 'limited' }>,
  running: readonly string[] | undefined,
): SandboxViolation {
  const { limit: allowed, measured } = evidence
  const where =
    running === undefined
      ? 'in the course of the file'
      : running.length === 0
        ? 'outside of a test'
        : `in ${running.map((name) => `"${name}"`).join(', ')}`
  const options = limitsByName[limit].map((name) => `\`${optionOf(name)}\``).join(' or ')
  const message = `${words[limit]} limit of ${amount(limit, allowed)} reached ${where} (measured ${amount(limit, measured)}; evidence: ${evidence.source}; option: ${options})`
  return violation(limit, message, { limit: allowed, measured })
}

/** A worker that ended by itself before its file did. */
export function endViolation(result: RunResult, running: readonly string[]): SandboxViolation {
  if (result.status === 'limited') return limitViolation(result, running)
  const how = result.status === 'exited' ? `exited with code ${result.exitCode}` : `was ended by ${result.signal}`
  const where =
    running.length === 0 ? 'outside of a test' : `while ${running.map((name) => `"${name}"`).join(', ')} ran`
  return violation('exit', `the worker ${how} ${where}`)
}

const budgetUnits = {
  memory: 'memory',
  cpuTime: 'cpuTime',
  wallTime: 'wallTime',
  processes: 'processes',
  written: 'disk',
} as const

/** A file that used more than its budget. */
export function budgetViolation({ budget, allowed, measured }: Overrun): SandboxViolation {
  const unit = budgetUnits[budget]
  const message = `${budget} budget of ${amount(unit, allowed)} passed: ${amount(unit, measured)} (option: \`budgets.${budget}\`)`
  return violation('budget', message, { limit: allowed, measured })
}

/** A limit's value as a person reads it. */
function amount(limit: LimitName, value: number): string {
  if (limit === 'memory' || limit === 'disk' || limit === 'output') return bytes(value)
  return limit === 'processes' ? String(value) : milliseconds(value)
}

/** Bytes as a person reads them. */
export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, value)) / 10)))
  return `${trimmed(value / 1024 ** power)} ${units[power]}`
}

/** Milliseconds as a person reads them. */
export function milliseconds(value: number): string {
  return value < 1000 ? `${Math.round(value)} ms` : `${trimmed(value / 1000)} s`
}

function trimmed(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toFixed(1)))
}
