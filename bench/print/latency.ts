import type { Latencies } from '../measure/latency.ts'
import type { SizedLatencies } from '../measure/task.ts'
import type { Measurements } from '../report.ts'
import { type Estimate, ratioOfMedians } from '../statistics.ts'
import { titleOf } from '../subjects/all.ts'
import { digits, table } from './table.ts'

const reference = 'child-process'
const mebi = 1024 * 1024

export function estimateText({ value, low, high }: Estimate): string {
  return low === high ? digits(value) : `${digits(value)} [${digits(low)}, ${digits(high)}]`
}

function ratioToReference(latencies: Latencies, name: string): string {
  const [left, right] = [latencies[name], latencies[reference]]
  if (left === undefined || right === undefined || name === reference) return '–'
  return estimateText(ratioOfMedians(left.totalMs.samples, right.totalMs.samples))
}

const heading = ['p10', 'p50', 'p90', 'p99', 'call holds loop', 'loop busy', 'p50 to spawn’s', 'runs']

function row(label: string, latencies: Latencies, name: string): readonly string[] {
  const latency = latencies[name]
  if (latency === undefined) return []
  const { totalMs, heldMs, loopMs } = latency
  const times = [totalMs.p10, totalMs.p50, totalMs.p90, totalMs.p99, heldMs.p50, loopMs.p50].map(digits)
  return [`${label}${titleOf(name)}`, ...times, ratioToReference(latencies, name), String(totalMs.count)]
}

function size({ residentBytes }: SizedLatencies): string {
  return `${Math.round(residentBytes / mebi)} MiB`
}

/** One table for several sets of measurements, each of which has a name. */
function printSets(title: string, sets: readonly (readonly [string, SizedLatencies])[]): void {
  const rows = sets.flatMap(([label, { latencies }]) =>
    Object.keys(latencies).map((name) => row(label, latencies, name)),
  )
  console.log(`\n${title}`)
  console.log(table([['ms', ...heading], ...rows]))
}

export function printLatencies({ subjects, gaps, sizes, python }: Measurements): void {
  if (subjects) printSets(`/bin/true, one at a time, in turn, 10 ms apart; Node at ${size(subjects)}`, [['', subjects]])
  if (gaps) {
    const sets = gaps.map((one) => [`${one.gapMs === 0 ? 'back to back' : `${one.gapMs} ms apart`}: `, one] as const)
    printSets(`/bin/true by how far runs are apart, ten of each in turn; Node at ${gaps.map(size).join(', ')}`, sets)
  }
  if (sizes) {
    const sets = sizes.map((one) => [`Node at ${size(one).padStart(8)}: `, one] as const)
    printSets('/bin/true by the resident size of the Node process, 10 ms apart', sets)
  }
  if (python) printSets(`/usr/bin/python3 -c pass, 10 ms apart; Node at ${size(python)}`, [['', python]])
}
