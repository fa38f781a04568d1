import type { Latency } from './measure/latency.ts'
import type { BenchReport, Measurements } from './report.ts'
import { bootstrap, type Estimate, percentile, ratioOfMedians, relativeSpread } from './statistics.ts'

/** One line of what this project wants to reach, with what was measured; never a reason to fail. */
export interface Goal {
  readonly what: string
  readonly against: string
  readonly unit: 'ratio' | 'ms' | 'KiB'
  readonly bound: 'at most' | 'at least'
  readonly goal: number
  /** Undefined where that was not measured. */
  readonly measured: Estimate | undefined
}

const ours = 'mayfly'
const reference = 'child-process'
const kibi = 1024

function exactly(value: number | undefined): Estimate | undefined {
  return value === undefined ? undefined : { value, low: value, high: value }
}

/** How the medians of two subjects compare in one set of measurements. */
function compared(
  latencies: Readonly<Record<string, Latency>> | undefined,
  against: string,
  of: keyof Latency = 'totalMs',
): Estimate | undefined {
  const [left, right] = [latencies?.[ours], latencies?.[against]]
  if (left === undefined || right === undefined) return undefined
  return ratioOfMedians(left[of].samples, right[of].samples)
}

function ratio(
  what: string,
  against: string,
  bound: Goal['bound'],
  goal: number,
  measured: Estimate | undefined,
): Goal {
  return { what, against, unit: 'ratio', bound, goal, measured }
}

function latencyGoals({ gaps, sizes, subjects }: Measurements): readonly Goal[] {
  const apart = (gapMs: number) => gaps?.find((one) => one.gapMs === gapMs)?.latencies
  const large = sizes?.find(({ heldBytes }) => heldBytes >= 500_000_000 && heldBytes < 600_000_000)?.latencies
  const tail = (gapMs: number): Estimate | undefined => {
    const samples = apart(gapMs)?.[ours]?.totalMs.samples
    return samples && bootstrap((set = []) => percentile(set, 0.99) / percentile(set, 0.5), samples)
  }
  const spacings = [
    { gapMs: 10, words: '10 ms apart' },
    { gapMs: 5, words: '5 ms apart' },
    { gapMs: 0, words: 'back to back' },
  ]
  return [
    ...spacings.map(({ gapMs, words }) =>
      ratio(`p50 of /bin/true, ${words}`, 'spawn', 'at most', 0.7, compared(apart(gapMs), reference)),
    ),
    ...spacings.map(({ gapMs, words }) => ratio(`p99 of the same, ${words}`, 'its p50', 'at most', 3, tail(gapMs))),
    ratio('p50 with 500 MB of touched heap', 'spawn there', 'at most', 0.05, compared(large, reference)),
    ratio('event loop held by the call', 'spawn', 'at most', 0.1, compared(apart(10), reference, 'heldMs')),
    ratio('event loop busy for a run, in all', 'spawn', 'at most', 0.1, compared(apart(10), reference, 'loopMs')),
    ratio('p50 beside all subjects', 'bubblewrap', 'at most', 0.15, compared(subjects?.latencies, 'bubblewrap')),
  ]
}

function throughputGoal({ throughput }: Measurements): Goal {
  const perSecond = throughput?.find(({ concurrency }) => concurrency === 4)?.perSecond
  const [left, right] = [perSecond?.[ours], perSecond?.[reference]]
  const measured = left && right && ratioOfMedians(left.samples, right.samples)
  return ratio('runs per second, 4 at once', 'spawn', 'at least', 1, measured)
}

function memoryGoals({ memory }: Measurements): readonly Goal[] {
  const most = { against: '–', unit: 'KiB', bound: 'at most' } as const
  const inKibi = (bytes: number | undefined): Estimate | undefined =>
    exactly(bytes === undefined ? undefined : bytes / kibi)
  return [
    { ...most, what: 'PSS of the supervisor', goal: 4 * kibi, measured: inKibi(memory?.pssBytesOfSupervisor) },
    { ...most, what: 'PSS of a ready container', goal: 300, measured: inKibi(memory?.pssBytesPerContainer) },
  ]
}

function accuracyGoals({ limits, cpuTime }: Measurements): readonly Goal[] {
  const overshoot = { against: '–', unit: 'ms', bound: 'at most', goal: 5 } as const
  const { cpuTimeMs, wallTimeMs } = limits?.overshoot ?? {}
  const spread =
    cpuTime &&
    bootstrap(
      (inside = [], bare = []) => relativeSpread(inside) / relativeSpread(bare),
      cpuTime.insideMs.samples,
      cpuTime.bareMs.samples,
    )
  return [
    { ...overshoot, what: 'p99 of the overshoot of a CPU limit', measured: exactly(cpuTimeMs?.p99) },
    { ...overshoot, what: 'p99 of the overshoot of a wall limit', measured: exactly(wallTimeMs?.p99) },
    ratio('relative spread of reported CPU time', 'bare program', 'at most', 1, spread),
  ]
}

/** Every line, whether it was measured or not. */
export function goalsOf(report: Pick<BenchReport, keyof Measurements>): readonly Goal[] {
  const python = compared(report.python?.latencies, reference)
  return [
    ...latencyGoals(report),
    throughputGoal(report),
    ratio('python3 -c pass, end to end', 'spawn', 'at most', 1, python),
    ...memoryGoals(report),
    ...accuracyGoals(report),
  ]
}

/** By which part of the goal it was missed: 0 where it was reached, undefined where it was not measured. */
export function missedBy({ bound, goal, measured }: Goal): number | undefined {
  if (measured === undefined || Number.isNaN(measured.value)) return undefined
  const excess = bound === 'at most' ? measured.value - goal : goal - measured.value
  return Math.max(0, excess / goal)
}
