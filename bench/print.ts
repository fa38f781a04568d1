import type { BenchReport } from './report.ts'
import type { Summary } from './statistics.ts'

const mebi = 1024 * 1024
const reference = 'child_process.spawn'

/** Lines with columns as wide as their widest cell; the first column is text, the others are numbers. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))),
  )
  return lines.map((cells) => `  ${cells.join('   ')}`).join('\n')
}

function ratio(value: number, of: number | undefined): string {
  return of === undefined ? '–' : `${(value / of).toFixed(2)}×`
}

function printLatency({ latency }: BenchReport): void {
  for (const { touchedHeapBytes, residentBytes, subjects } of latency) {
    const extra = touchedHeapBytes > 0 ? ` with ${Math.round(touchedHeapBytes / 1_000_000)} MB more touched` : ''
    console.log(
      `\n/bin/true, one at a time, 10 ms apart, in ms (Node at ${Math.round(residentBytes / mebi)} MiB${extra})`,
    )
    const referenceMs = subjects[reference]?.totalMs.p50
    const rows = Object.entries(subjects).map(([name, { totalMs, blockingMs }]) => {
      const times = [totalMs.p50, totalMs.p90, totalMs.p99, blockingMs.p50].map((value) => value.toFixed(2))
      return [name].concat(times, ratio(totalMs.p50, referenceMs), String(totalMs.count))
    })
    console.log(table([['', 'p50', 'p90', 'p99', 'blocks Node, p50', 'p50 of spawn', 'runs'], ...rows]))
  }
}

function printThroughput({ throughput }: BenchReport): void {
  const names = Object.keys(throughput[0]?.perSecond ?? {})
  const rows = names.map((name) =>
    [name].concat(throughput.map(({ perSecond }) => (perSecond[name] ?? Number.NaN).toFixed(0))),
  )
  const ratios = throughput.map(({ perSecond }) => ratio(perSecond['mayfly'] ?? Number.NaN, perSecond[reference]))
  console.log('\n/bin/true, runs per second at a concurrency of')
  const heading = ['', ...throughput.map(({ concurrency }) => String(concurrency))]
  console.log(table([heading, ...rows, ['mayfly to spawn', ...ratios]]))
}

function summaryRow(name: string, { p50, p90, p99, max }: Summary, digits: number): readonly string[] {
  return [name, ...[p50, p90, p99, max].map((value) => value.toFixed(digits))]
}

function printLimits({ overshoot, accounting }: BenchReport): void {
  const { memoryPeakBytes } = accounting
  const kibi = {
    count: memoryPeakBytes.count,
    p50: memoryPeakBytes.p50 / 1024,
    p90: memoryPeakBytes.p90 / 1024,
    p99: memoryPeakBytes.p99 / 1024,
    max: memoryPeakBytes.max / 1024,
  }
  console.log('\nmayfly: limits passed by, and what /bin/true is said to use')
  console.log(
    table([
      ['', 'p50', 'p90', 'p99', 'max'],
      summaryRow('over a CPU limit of 200 ms, ms', overshoot.cpuTimeMs, 2),
      summaryRow('over a wall limit of 200 ms, ms', overshoot.wallTimeMs, 2),
      summaryRow('CPU of /bin/true, ms', accounting.cpuTimeMs, 3),
      summaryRow('memory of /bin/true, KiB', kibi, 0),
    ]),
  )
}

function printNeighbour({ neighbour }: BenchReport): void {
  const { aloneMs, besideLoopMs, besideRefusalsMs, refusalCount } = neighbour
  const cost = (beside: Summary, than: Summary): string => `${((beside.p50 / than.p50 - 1) * 100).toFixed(1)} %`
  console.log(
    `\nmayfly: the same work in ms, beside another container (which had ${refusalCount} calls refused and noted)`,
  )
  console.log(
    table([
      ['', 'p50', 'p90', 'p99', 'max', 'slower than alone', 'than beside a loop'],
      [...summaryRow('alone', aloneMs, 1), '', ''],
      [...summaryRow('beside a loop', besideLoopMs, 1), cost(besideLoopMs, aloneMs), ''],
      [
        ...summaryRow('beside refused calls', besideRefusalsMs, 1),
        cost(besideRefusalsMs, aloneMs),
        cost(besideRefusalsMs, besideLoopMs),
      ],
    ]),
  )
}

export function printMachine({ machine, missing }: Pick<BenchReport, 'machine' | 'missing'>): void {
  const { node, kernel, processor, processorCount, loadAverageAtStart } = machine
  console.log(`Node ${node}, Linux ${kernel}, ${processorCount} × ${processor}`)
  const busy = loadAverageAtStart > processorCount / 4 ? ': a busy machine, the numbers below say less' : ''
  console.log(`Load average at the start: ${loadAverageAtStart.toFixed(2)}${busy}`)
  for (const [name, reason] of Object.entries(missing)) console.log(`Missing: ${name} (${reason})`)
}

export function printResults(report: BenchReport): void {
  printLatency(report)
  printThroughput(report)
  printLimits(report)
  printNeighbour(report)
}
