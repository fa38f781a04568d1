import type { RunResult } from '@mayfly/sandbox'

/** What a test file used, by the kernel's counters, and what it was refused. */
export interface SandboxUsage {
  readonly wallTimeMs: number
  readonly cpuTimeMs: number
  readonly memoryPeakBytes: number
  readonly processPeakCount: number
  readonly writtenBytes: number
  readonly readBytes: number
  readonly refusalCount: number
  /** Such as `connect inet 93.184.216.34:443`. */
  readonly refused: readonly string[]
}

/** What a test used, by the word of its own process, and what its file did. */
export interface SandboxTestUsage {
  readonly cpuTimeMs: number
  readonly memoryGrowthBytes: number
  readonly file?: Omit<SandboxUsage, 'refused'>
}

declare module 'vitest' {
  interface TaskMeta {
    /** Of a file {@link SandboxUsage}, stamped by the host; of a test {@link SandboxTestUsage}. */
    sandbox?: SandboxUsage | SandboxTestUsage
  }
}

/** The usage of a run that is over, in round numbers. */
export function usageOf({ usage }: RunResult, refused: readonly string[], refusalCount: number): SandboxUsage {
  return {
    wallTimeMs: Math.round(usage.wallTimeMs),
    cpuTimeMs: Math.round(usage.cpuTimeMs),
    memoryPeakBytes: usage.memoryPeakBytes,
    processPeakCount: usage.processPeakCount,
    writtenBytes: usage.writtenBytes,
    readBytes: usage.readBytes,
    refusalCount,
    refused,
  }
}
