import type { Output, RunReport, RunResult } from '@mayfly/sandbox'

type EndOf<Result> = Result extends unknown ? Omit<Result, keyof RunReport> : never

/** A result with this end and, unless `report` says otherwise, nothing printed and nothing used. */
export function someResult(end: EndOf<RunResult>, report: Partial<RunReport> = {}): RunResult {
  return { ...emptyReport, ...report, ...end }
}

/** An Output as the library makes it. */
export function someOutput(bytes: Uint8Array): Output {
  return { bytes, totalBytes: bytes.length, truncated: false, toString: () => Buffer.from(bytes).toString() }
}

const emptyReport: RunReport = {
  stdout: someOutput(new Uint8Array()),
  stderr: someOutput(new Uint8Array()),
  usage: {
    wallTimeMs: 0,
    cpuTimeMs: 0,
    userTimeMs: 0,
    systemTimeMs: 0,
    memoryPeakBytes: 0,
    residentPeakBytes: 0,
    processPeakCount: 1,
    readBytes: 0,
    writtenBytes: 0,
    voluntarySwitchCount: 0,
    involuntarySwitchCount: 0,
    minorFaultCount: 0,
    majorFaultCount: 0,
    throttledMs: 0,
  },
  violations: [],
  refusalCount: 0,
  files: new Map(),
  collected: [],
  leftFiles: [],
  missing: [],
}
