import type { Goal } from '../goals.ts'
import { goalText, measuredText, verdict } from '../print/goals.ts'
import { estimateText } from '../print/latency.ts'
import { digits } from '../print/table.ts'
import { traceRows } from '../print/trace.ts'
import type { BenchReport } from '../report.ts'
import { ratioOfMedians, type Summary } from '../statistics.ts'
import { subjectNamed, titleOf } from '../subjects/all.ts'
import { doublingScale, linearScale, logScale, renderChart } from './chart.ts'
import { goalChart } from './goal-chart.ts'
import type { Section } from './html.ts'
import { latencyChart } from './latency-chart.ts'
import { seriesChart, type SeriesPoint } from './series-chart.ts'
import { traceChart } from './trace-chart.ts'

const mebi = 1024 * 1024

export async function goalSection(goals: readonly Goal[]): Promise<Section> {
  const rows = goals.map((goal) => [goal.what, goal.against, measuredText(goal), goalText(goal), verdict(goal)])
  const text = 'Ratios of medians within this run; the bars are intervals of 95 % confidence (bootstrap).'
  const chart = await renderChart(goalChart(goals), 'How far each goal is away')
  return { title: 'Goals', text, chart, rows: [['', 'against', 'measured', 'goal', ''], ...rows], isTableOpen: true }
}

function percentiles({ p10, p50, p90, p99 }: Summary): readonly string[] {
  return [p10, p50, p90, p99].map(digits)
}

export async function latencySection({ subjects }: BenchReport): Promise<Section | undefined> {
  if (subjects === undefined) return undefined
  const { latencies, residentBytes } = subjects
  const reference = latencies['child-process']?.totalMs.samples
  const rows = Object.entries(latencies).map(([name, { totalMs, loopMs }]) => {
    const ratio = reference ? estimateText(ratioOfMedians(totalMs.samples, reference)) : '–'
    return [titleOf(name)].concat(percentiles(totalMs), digits(loopMs.p50), ratio, subjectNamed(name).isolation)
  })
  const text =
    'One run of /bin/true with piped output, in turn with the others, 10 ms apart. Each line is a run; the bar holds ' +
    `the middle four fifths, the dot is the median. The Node process had ${Math.round(residentBytes / mebi)} MiB.`
  return {
    title: 'Latency',
    text,
    chart: await renderChart(latencyChart(latencies), 'Latency of each subject'),
    rows: [['ms', 'p10', 'p50', 'p90', 'p99', 'event loop busy', 'p50 to spawn’s', 'what it gives'], ...rows],
  }
}

function seriesRows(points: readonly SeriesPoint[], heading: string): readonly (readonly string[])[] {
  const rows = points.map(({ name, x, p10, p50, p90 }) => [titleOf(name)].concat([x, p10, p50, p90].map(digits)))
  return [['', heading, 'p10', 'p50', 'p90'], ...rows]
}

export async function throughputSection({ throughput }: BenchReport): Promise<Section | undefined> {
  if (throughput === undefined) return undefined
  const points = throughput.flatMap(({ concurrency, perSecond }) =>
    Object.entries(perSecond).map(([name, { p10, p50, p90 }]) => ({ name, x: concurrency, p10, p50, p90 })),
  )
  const xValues = throughput.map(({ concurrency }) => concurrency)
  const axes = { x: doublingScale('runs at once', xValues), y: linearScale('runs per second') }
  return {
    title: 'Throughput',
    text: 'Runs of /bin/true per second, back to back. Subjects take turns of a second; the bars hold the middle four fifths of the turns.',
    chart: await renderChart(seriesChart(points, axes), 'Runs per second by how many run at once'),
    rows: seriesRows(points, 'at once'),
  }
}

export async function sizeSection({ sizes }: BenchReport): Promise<Section | undefined> {
  if (sizes === undefined) return undefined
  const points = sizes.flatMap(({ residentBytes, latencies }) =>
    Object.entries(latencies).map(([name, { totalMs }]) => {
      const { p10, p50, p90 } = totalMs
      return { name, x: Math.round(residentBytes / mebi), p10, p50, p90 }
    }),
  )
  const axes = { x: linearScale('resident MiB of the Node process'), y: logScale('milliseconds, logarithmic') }
  return {
    title: 'Latency by the size of the Node process',
    text: 'Node copies the tables of all of its memory when it spawns, with its event loop stopped. A sandbox does not fork Node.',
    chart: await renderChart(seriesChart(points, axes), 'Latency by the size of the Node process'),
    rows: seriesRows(points, 'MiB'),
  }
}

export async function traceSection({ trace }: BenchReport): Promise<Section | undefined> {
  if (trace === undefined) return undefined
  return {
    title: 'Where the time of a run goes',
    text:
      `The steps of a run of /bin/true from top to bottom, ${trace.gapMs} ms apart: the means of the runs around the median of the ` +
      'whole, and around its 90th percentile. Each adds up to its whole.',
    chart: await renderChart(traceChart(trace), 'What each step of a run takes'),
    rows: traceRows(trace),
  }
}
