import type { Accounting } from './accounting.ts'
import type { Latency } from './latency.ts'
import type { Neighbour } from './neighbour.ts'
import type { Overshoot } from './overshoot.ts'

/** Everything that a run of the bench measured; what `--json` writes. */
export interface BenchReport {
  readonly startedAt: string
  readonly machine: {
    readonly node: string
    readonly kernel: string
    readonly processor: string
    readonly processorCount: number
    readonly loadAverageAtStart: number
  }
  readonly missing: Readonly<Record<string, string>>
  readonly latency: readonly {
    readonly touchedHeapBytes: number
    readonly residentBytes: number
    readonly subjects: Readonly<Record<string, Latency>>
  }[]
  readonly throughput: readonly {
    readonly concurrency: number
    readonly perSecond: Readonly<Record<string, number>>
  }[]
  readonly overshoot: Overshoot
  readonly accounting: Accounting
  readonly neighbour: Neighbour
}
