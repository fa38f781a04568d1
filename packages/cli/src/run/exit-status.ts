import { constants } from 'node:os'

import { SandboxError, type RunResult } from '@mayfly/sandbox'

/** The statuses that are not the command's own; 126 and 127 are those of shells, 124 that of timeout(1). */
export const exitStatus = {
  timeLimit: 124,
  failed: 125,
  notExecutable: 126,
  notFound: 127,
  otherLimit: 137,
} as const

const timeLimits: ReadonlySet<string> = new Set(['cpuTime', 'idleTime', 'wallTime'])

/** The exit status of `mayfly run` for a run that took place. */
export function statusOfResult(result: RunResult): number {
  switch (result.status) {
    case 'exited':
      return result.exitCode
    case 'signaled':
      return 128 + signalNumber(result.signal)
    case 'limited':
      return timeLimits.has(result.limit) ? exitStatus.timeLimit : exitStatus.otherLimit
  }
}

/** The exit status of `mayfly run` when no result came of it. */
export function statusOfError(error: unknown): number {
  if (!(error instanceof SandboxError)) return exitStatus.failed
  if (error.code === 'COMMAND_NOT_FOUND') return exitStatus.notFound
  if (error.code === 'COMMAND_NOT_EXECUTABLE') return exitStatus.notExecutable
  return exitStatus.failed
}

/** The number of a signal by its name; real-time ones have it in their name, as `SIGRT34`. */
export function signalNumber(signal: string): number {
  const realTime = /^SIGRT(?<number>\d+)$/.exec(signal)?.groups?.['number']
  if (realTime !== undefined) return Number(realTime)
  const numbers: Readonly<Record<string, number>> = constants.signals
  return numbers[signal] ?? 0
}
