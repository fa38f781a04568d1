import type { LimitName, Limits } from '../limits.ts'
import { endedBy, reportFlag } from '../supervisor/protocol-report.ts'
import type { Report } from '../supervisor/report.ts'
import { signalName, type Signal } from './signals.ts'

/** How the command itself ended. */
export type Ending =
  | { readonly status: 'exited'; readonly exitCode: number }
  | { readonly status: 'signaled'; readonly signal: Signal }

/** What the kernel said that shows a limit to be crossed. */
export interface Evidence {
  /** `'sample'`: there is no control group that counts (`allowMissing`), so the processes were looked at now and then. */
  readonly source: 'oom_kill' | 'pids.events' | 'cpu' | 'sample' | 'timer' | 'bytes' | 'full' | 'SIGXFSZ'
  /** In the limit's unit, as is `measured`. */
  readonly limit: number
  readonly measured: number
  /** How the command itself ended, if it did before it was killed. */
  readonly ending?: Ending
}

/** A run that crossed a limit. */
export interface Limited {
  readonly status: 'limited'
  readonly limit: LimitName
  readonly evidence: Evidence
}

/** How a run ended. */
export type Outcome = Ending | Limited

type Finding = Omit<Evidence, 'ending'>
type Judge = (report: Report, limits: Limits, ending: Ending | undefined) => Finding | undefined

/** In the order of `LimitName`: of several limits that were crossed, the first one is reported. */
const judges: readonly (readonly [LimitName, Judge])[] = [
  ['output', judgeOutput],
  ['memory', judgeMemory],
  ['processes', judgeProcesses],
  ['disk', judgeDisk],
  ['cpuTime', judgeCpuTime],
  ['idleTime', judgeIdleTime],
  ['wallTime', judgeWallTime],
]

/**
 * The one place where evidence becomes an outcome. `undefined`: the run was lost, and the evidence does not say how it
 * ended.
 */
export function judge(report: Report, limits: Limits): Outcome | undefined {
  const ending = endingOf(report)
  for (const [limit, find] of judges) {
    const found = find(report, limits, ending)
    if (found !== undefined) return limited(limit, found, ending)
  }
  return ending ?? killedOf(report)
}

/**
 * Of a limit that holds for all that runs in a container that is kept open, when it was what ended it: `measured` is what
 * all of them had used.
 */
export function judgeWhole(report: Report, limits: Limits, measured: number): Limited {
  const ending = endingOf(report)
  switch (report.endedBy) {
    // What the kernel killed was not all of it, and the command ended by itself.
    case endedBy.COMMAND:
    case endedBy.MEMORY:
      return limited('memory', { source: 'oom_kill', limit: limits.memoryBytes, measured }, ending)
    case endedBy.CPU_TIME:
      return limited('cpuTime', { source: 'cpu', limit: limits.cpuTimeMs, measured }, ending)
    case endedBy.IDLE_TIME:
      if (limits.idleTimeMs < limits.wallTimeMs)
        return limited('idleTime', { source: 'timer', limit: limits.idleTimeMs, measured }, ending)
      break
    default:
  }
  return limited('wallTime', { source: 'timer', limit: limits.wallTimeMs, measured }, ending)
}

/** What was killed from outside, and had not ended before. */
function killedOf({ endedBy: cause }: Report): Ending | undefined {
  return cause === endedBy.KILLED ? { status: 'signaled', signal: 'SIGKILL' } : undefined
}

const counted: ReadonlySet<Evidence['source']> = new Set<Evidence['source']>(['oom_kill', 'pids.events', 'cpu'])

/** The same outcome where no control group counted: what it rests on was sampled. */
export function asSampled(outcome: Outcome): Outcome {
  if (outcome.status !== 'limited' || !counted.has(outcome.evidence.source)) return outcome
  return { ...outcome, evidence: { ...outcome.evidence, source: 'sample' } }
}

/** Puts an outcome together; also for a start that failed for want of memory or disk. */
export function limited(limit: LimitName, found: Finding, ending?: Ending): Limited {
  return { status: 'limited', limit, evidence: ending === undefined ? found : { ...found, ending } }
}

/** wait(2): the low seven bits are the signal, the next byte the exit code. */
function endingOf({ endedBy: cause, flags, waitStatus }: Report): Ending | undefined {
  if (cause !== endedBy.COMMAND && (cause === endedBy.LOST || (flags & reportFlag.ENDED_FIRST) === 0)) return undefined
  const signal = waitStatus & 0x7f
  if (signal === 0) return { status: 'exited', exitCode: (waitStatus >> 8) & 0xff }
  return { status: 'signaled', signal: signalName(signal) }
}

/** A program that met an error and went on to succeed was not limited by it. */
function succeeded(ending: Ending | undefined): boolean {
  return ending?.status === 'exited' && ending.exitCode === 0
}

function judgeOutput(report: Report, limits: Limits): Finding | undefined {
  const measured = Math.max(report.stdoutTotalBytes, report.stderrTotalBytes, report.channelTotalBytes)
  if (report.endedBy !== endedBy.OUTPUT && measured <= limits.outputBytes) return undefined
  return { source: 'bytes', limit: limits.outputBytes, measured }
}

/** The kernel's word that memory ran out, also where the command never came to run. */
export function judgeMemory(report: Report, limits: Limits): Finding | undefined {
  if (report.endedBy !== endedBy.MEMORY && report.oomKillCount === 0) return undefined
  return memoryFinding(report, limits)
}

/** The evidence of a lack of memory. */
export function memoryFinding(report: Report, limits: Limits): Finding {
  return { source: 'oom_kill', limit: limits.memoryBytes, measured: report.usage.memoryPeakBytes }
}

function judgeProcesses(report: Report, limits: Limits, ending: Ending | undefined): Finding | undefined {
  if (report.processMaxCount === 0 || succeeded(ending)) return undefined
  return { source: 'pids.events', limit: limits.processCount, measured: report.usage.processPeakCount }
}

/** tmpfs counts no refusals, so the evidence is what it looks like at the end; a run that was lost left none. */
function judgeDisk(report: Report, limits: Limits, ending: Ending | undefined): Finding | undefined {
  if (ending?.status === 'signaled' && ending.signal === 'SIGXFSZ') {
    return { source: 'SIGXFSZ', limit: limits.fileBytes, measured: limits.fileBytes }
  }
  if (report.endedBy === endedBy.LOST || succeeded(ending)) return undefined
  return fullDisk(report, limits)
}

/** The evidence of a file system without room for another byte or another file. */
export function fullDisk(report: Report, limits: Limits): Finding | undefined {
  if (report.diskFreeBytes === 0) return { source: 'full', limit: limits.diskBytes, measured: limits.diskBytes }
  if (report.diskFreeInodes === 0) return { source: 'full', limit: limits.inodeCount, measured: limits.inodeCount }
  return undefined
}

/** A run that ended by itself just past its limit counts as past it; so it does for wall time. */
function judgeCpuTime(report: Report, limits: Limits): Finding | undefined {
  const measured = report.usage.cpuTimeMs
  if (report.endedBy !== endedBy.CPU_TIME && measured < limits.cpuTimeMs) return undefined
  return { source: 'cpu', limit: limits.cpuTimeMs, measured }
}

/** An idle limit that is not below the wall's is no limit of its own: a sleeper meets the wall. */
function judgeIdleTime(report: Report, limits: Limits): Finding | undefined {
  if (report.endedBy !== endedBy.IDLE_TIME || limits.idleTimeMs >= limits.wallTimeMs) return undefined
  return { source: 'timer', limit: limits.idleTimeMs, measured: report.idleTimeMs }
}

function judgeWallTime(report: Report, limits: Limits): Finding | undefined {
  const measured = report.usage.wallTimeMs
  const byTimer = report.endedBy === endedBy.WALL_TIME || report.endedBy === endedBy.IDLE_TIME
  if (!byTimer && measured < limits.wallTimeMs) return undefined
  return { source: 'timer', limit: limits.wallTimeMs, measured }
}
