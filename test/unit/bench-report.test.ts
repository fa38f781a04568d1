import { expect, test } from 'vitest'
import { type Goal, goalsOf, missedBy } from '../../bench/goals.ts'
import type { Latency } from '../../bench/measure/latency.ts'
import { summarizeTraces } from '../../bench/measure/trace.ts'
import { resolveBenchOptions } from '../../bench/options.ts'
import { verdict } from '../../bench/print/goals.ts'
import { digits, table } from '../../bench/print/table.ts'
import { renderPage } from '../../bench/page/page.ts'
import { type BenchReport, formatReport } from '../../bench/report.ts'
import { distribution } from '../../bench/statistics.ts'

function latencyOf(ms: number): Latency {
  const samples = distribution([ms, ms, ms])
  return { totalMs: samples, heldMs: samples, loopMs: samples }
}

function goalNamed(goals: readonly Goal[], what: string): Goal {
  const goal = goals.find((one) => one.what === what)
  if (goal === undefined) throw new Error(`no goal is called ${what}`)
  return goal
}

const idle = { loadAverage: 0, busyFraction: 0 }

const report: BenchReport = {
  startedAt: '2030-01-02T03:04:05.000Z',
  machine: {
    ...{ node: '24.0.0', kernel: '6.0', architecture: 'x64', processor: 'a <fast> one', processorCount: 2 },
    ...{ memoryBytes: 8 * 1024 ** 3, isVirtual: false, cgroups: 'v2' },
  },
  before: idle,
  after: { loadAverage: 3, busyFraction: 0.5 },
  missing: { docker: 'not <here>' },
  subjects: {
    heldBytes: 0,
    residentBytes: 50_000_000,
    latencies: { mayfly: latencyOf(1), 'child-process': latencyOf(2), bubblewrap: latencyOf(5) },
  },
}

test('goals come from what was measured, and those that were not are told so', () => {
  const goals = goalsOf(report)
  expect(goalNamed(goals, 'p50 beside all subjects')).toMatchObject({ against: 'bubblewrap', measured: { value: 0.2 } })
  expect(verdict(goalNamed(goals, 'p50 beside all subjects'))).toBe('missed by 33.3 %')
  expect(verdict(goalNamed(goals, 'runs per second, 4 at once'))).toBe('not measured')
})

test('a goal is missed by the part that its bound is passed, upwards or downwards', () => {
  const goal = { what: '', against: '', unit: 'ratio', goal: 0.5 } as const
  const at = (value: number) => ({ value, low: value, high: value })
  expect(missedBy({ ...goal, bound: 'at most', measured: at(0.5) })).toBe(0)
  expect(missedBy({ ...goal, bound: 'at most', measured: at(0.6) })).toBeCloseTo(0.2)
  expect(missedBy({ ...goal, bound: 'at least', measured: at(0.6) })).toBe(0)
  expect(missedBy({ ...goal, bound: 'at least', measured: at(0.4) })).toBeCloseTo(0.2)
  expect(missedBy({ ...goal, bound: 'at least', measured: undefined })).toBeUndefined()
})

/** A run whose steps take these milliseconds, in their order. */
function traceOf(durations: readonly number[]): Parameters<typeof summarizeTraces>[0][number] {
  let now = 1000
  const next = durations.map((duration) => (now += duration))
  const [admittedMs = 0, encodedMs = 0, writtenMs = 0, receivedMs, handedOutMs, startedMs] = next
  const [endedMs, endReceivedMs, countedMs, reportReceivedMs = 0, deliveredMs = 0] = next.slice(6)
  return {
    ...{ queuedMs: 1000, admittedMs, encodedMs, writtenMs, receivedMs, handedOutMs, startedMs },
    ...{ endedMs, endReceivedMs, countedMs, reportReceivedMs, deliveredMs },
  }
}

test('the steps of a typical run, and of a slow one, add up to the whole', () => {
  const traces = Array.from({ length: 50 }, (_, run) => traceOf([1, 2, 3, 1, 0, 2, 4 + (run % 7), 1, run % 5, 1, 1]))
  const { steps, whole, runCount } = summarizeTraces(traces, 10)
  const sum = (of: 'typical' | 'slow'): number => steps.reduce((total, step) => total + step[of], 0)
  expect(runCount).toBe(50)
  expect(sum('typical')).toBeCloseTo(whole.typical)
  expect(sum('slow')).toBeCloseTo(whole.slow)
  expect(whole.slow).toBeGreaterThan(whole.typical)
  expect(steps[6]).toMatchObject({ name: 'the command', p50: 7, p90: 10 })
})

test('a step that was over before the one before it took nothing, and the whole stays what it was', () => {
  const { steps, whole } = summarizeTraces([traceOf([1, 1, 3, -2, 1, 1, 1, 1, 1, 1, 1])], 10)
  expect(steps.every(({ typical }) => typical >= 0)).toBe(true)
  expect(whole.typical).toBeCloseTo(10)
})

test('numbers have three significant digits, and tables line up', () => {
  expect([0.12345, 1.2345, 12.345, 123.45, Number.NaN].map(digits)).toEqual(['0.123', '1.23', '12.3', '123', '–'])
  expect(
    table([
      ['', 'ms'],
      ['name', '1'],
      ['n', '100'],
    ]),
  ).toBe('          ms\n  name     1\n  n      100')
})

test('a report is JSON with a list of numbers on a line', () => {
  const text = formatReport(report)
  expect(JSON.parse(text)).toEqual(report)
  expect(text).toContain('"samples": [1, 1, 1]')
})

test('the page needs nothing but itself, and what is not ours is escaped', async () => {
  const page = await renderPage(report, goalsOf(report))
  expect(page).toContain('a &lt;fast&gt; one')
  expect(page).toContain('not &lt;here&gt;')
  expect(page).toContain('busy with other things')
  expect(page.match(/<svg/g)).toHaveLength(2)
  expect(page).not.toMatch(/<script|<link|<img|src=|url\(|@import/)
})

test('--only takes subjects and parts, and leaves the other kind as it is', () => {
  const chosen = resolveBenchOptions(['--only', 'mayfly,gaps,child-process', '--quick'])
  const options = { subjects: ['mayfly', 'child-process'], parts: ['gaps'], rounds: 20, isQuick: true }
  expect(chosen).toMatchObject({ kind: 'measure', options })
  expect(resolveBenchOptions(['--trace'])).toMatchObject({ options: { subjects: ['mayfly'], parts: ['trace'] } })
  expect(resolveBenchOptions(['--trace', '--gap', '5'])).toMatchObject({ options: { traceGapMs: 5 } })
})

test.for([
  { args: ['--rounds', '3'], reason: '--rounds must be a whole number of at least 10, got 3' },
  { args: ['--only', 'mayfly,spwan'], reason: 'got spwan' },
  { args: ['--gap', '1.5'], reason: '--gap must be a whole number from 0 to 1000, got 1.5' },
  { args: ['--nonsense'], reason: '--nonsense' },
])('$args is refused with a reason', ({ args, reason }) => {
  expect(resolveBenchOptions(args)).toEqual({ kind: 'refused', reason: expect.stringContaining(reason) })
})
