import type { HostFeature } from '../features.ts'
import type { Limits } from '../limits.ts'
import { endedBy } from '../supervisor/protocol-report.ts'
import type { Report } from '../supervisor/report.ts'
import { asSampled, judgeWhole, type Limited } from './outcome.ts'

/** Which of the limits of a container ended it, if one did. */
export function limitedBy(
  report: Report,
  { limits, missing }: { readonly limits: Limits; readonly missing: readonly HostFeature[] },
): Limited | undefined {
  const { usage, idleTimeMs, endedBy: cause } = report
  const measured = new Map<number, number>([
    [endedBy.MEMORY, usage.memoryPeakBytes],
    [endedBy.CPU_TIME, usage.cpuTimeMs],
    [endedBy.IDLE_TIME, idleTimeMs],
    [endedBy.WALL_TIME, usage.wallTimeMs],
  ]).get(cause)
  if (measured === undefined) return undefined
  const { status, limit, evidence } = judgeWhole(report, limits, measured)
  // The command that had to end with it is none of the caller's.
  const { ending: _, ...own } = evidence
  const outcome = { status, limit, evidence: own } as const
  const judged = missing.includes('cgroup') ? asSampled(outcome) : outcome
  return judged.status === 'limited' ? judged : undefined
}
