import type { Busyness, Machine } from './machine.ts'
import type { Accounting } from './measure/accounting.ts'
import type { CompiledOnce } from './measure/compiled-once.ts'
import type { CpuTime } from './measure/cpu-time.ts'
import type { Neighbour } from './measure/neighbour.ts'
import type { Overshoot } from './measure/overshoot.ts'
import type { ReadyMemory } from './measure/ready-memory.ts'
import type { SizedLatencies } from './measure/task.ts'
import type { Throughput } from './measure/throughput.ts'
import type { Trace } from './measure/trace.ts'

/** What was measured; a part that was not asked for, or has no subject here, is not there. */
export interface Measurements {
  /** `/bin/true` by every subject, 10 ms apart. */
  readonly subjects?: SizedLatencies
  /** The same by Mayfly and by spawn alone, so far apart. */
  readonly gaps?: readonly (SizedLatencies & { readonly gapMs: number })[]
  /** The same from Node processes of several sizes, 10 ms apart. */
  readonly sizes?: readonly SizedLatencies[]
  readonly throughput?: readonly { readonly concurrency: number; readonly perSecond: Throughput }[]
  /** An interpreter that does nothing, end to end. */
  readonly python?: SizedLatencies
  readonly memory?: ReadyMemory
  readonly limits?: { readonly overshoot: Overshoot; readonly accounting: Accounting }
  readonly cpuTime?: CpuTime
  readonly compiledOnce?: readonly CompiledOnce[]
  readonly trace?: Trace
  readonly neighbour?: Neighbour
}

/** Everything about one run of the bench; what `--json` writes. */
export interface BenchReport extends Measurements {
  readonly startedAt: string
  readonly machine: Machine
  readonly before: Busyness
  readonly after: Busyness
  /** Names of subjects with reasons. */
  readonly missing: Readonly<Record<string, string>>
}

/** Numbers to a ten-thousandth, lists of them on one line. */
export function formatReport(report: object): string {
  const rounded = (_: string, value: unknown): unknown =>
    typeof value === 'number' ? Math.round(value * 10_000) / 10_000 : value
  const lines = JSON.stringify(report, rounded, 2)
  return `${lines.replaceAll(/\[\s+(-?\d[^[\]{}"]*?)\s+\]/g, (_, list: string) => `[${list.replaceAll(/\s+/g, ' ')}]`)}\n`
}
