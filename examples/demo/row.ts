import { KiB, MiB, type RunResult } from '@mayfly/sandbox'
import type { Row } from './table.ts'

function milliseconds(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`
}

function memory(bytes: number): string {
  return bytes < MiB ? `${Math.round(bytes / KiB)} KiB` : `${(bytes / MiB).toFixed(1)} MiB`
}

function limitOrExitCode(result: RunResult): string {
  switch (result.status) {
    case 'exited':
      return String(result.exitCode)
    case 'signaled':
      return result.signal
    case 'limited':
      return result.limit
  }
}

/** What the table says of a run. */
export function rowOf(program: string, result: RunResult): Row {
  return {
    program,
    status: result.status,
    limitOrExitCode: limitOrExitCode(result),
    wall: milliseconds(result.usage.wallTimeMs),
    cpu: milliseconds(result.usage.cpuTimeMs),
    peakMemory: memory(result.usage.memoryPeakBytes),
  }
}
