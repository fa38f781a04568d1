import { isBusy } from '../machine.ts'
import type { BenchReport, Measurements } from '../report.ts'
import { type Distribution, ratioOfMedians, relativeSpread, type Summary } from '../statistics.ts'
import { titleOf } from '../subjects/all.ts'
import { estimateText, printLatencies } from './latency.ts'
import { digits, table } from './table.ts'
import { printTrace } from './trace.ts'

const kibi = 1024

export function printMachine({ machine, before, missing }: Pick<BenchReport, 'machine' | 'before' | 'missing'>): void {
  const { node, kernel, processor, processorCount, architecture, memoryBytes, cgroups, isVirtual } = machine
  const kind = isVirtual ? 'virtual machine' : 'machine'
  console.log(`Node ${node}, Linux ${kernel} ${architecture}, cgroups ${cgroups}`)
  console.log(`${kind} with ${processorCount} × ${processor}, ${Math.round(memoryBytes / kibi ** 3)} GiB`)
  printBusyness('At the start', before)
  for (const [name, reason] of Object.entries(missing)) console.log(`Missing: ${titleOf(name)} (${reason})`)
}

export function printBusyness(when: string, busyness: BenchReport['before']): void {
  const percent = Math.round(busyness.busyFraction * 100)
  const warning = isBusy(busyness) ? ': A BUSY MACHINE, what is measured on it says less' : ''
  console.log(
    `${when}: load average ${busyness.loadAverage.toFixed(2)}, others used ${percent} % of the CPUs${warning}`,
  )
}

type Concurrent = NonNullable<Measurements['throughput']>[number]

function perSecondText({ perSecond }: Concurrent, name: string): string {
  const one = perSecond[name]
  return one ? `${one.p50.toFixed(0)} (${one.p10.toFixed(0)}–${one.p90.toFixed(0)})` : '–'
}

function printThroughput({ throughput }: Measurements): void {
  if (throughput === undefined) return
  const names = Object.keys(throughput[0]?.perSecond ?? {})
  const rows = names.map((name) => [titleOf(name)].concat(throughput.map((one) => perSecondText(one, name))))
  const ratios = throughput.map(({ perSecond: { mayfly, 'child-process': spawn } }) =>
    mayfly && spawn ? ratioText(mayfly, spawn) : '–',
  )
  console.log('\n/bin/true, runs per second back to back, p50 (p10–p90) of time slices in turn, so many at once')
  const heading = ['', ...throughput.map(({ concurrency }) => String(concurrency))]
  console.log(table([heading, ...rows, ['mayfly to spawn', ...ratios]]))
}

const summaryHeading = ['p10', 'p50', 'p90', 'p99', 'max']

function summaryRow(name: string, { p10, p50, p90, p99, max }: Summary, unit = 1): readonly string[] {
  return [name, ...[p10, p50, p90, p99, max].map((value) => digits(value / unit))]
}

function printLimits({ limits }: Measurements): void {
  if (limits === undefined) return
  const { overshoot, accounting } = limits
  console.log('\nmayfly: limits passed by, and what /bin/true is said to use')
  console.log(
    table([
      ['', ...summaryHeading],
      summaryRow('over a CPU limit of 200 ms, ms', overshoot.cpuTimeMs),
      summaryRow('over a wall limit of 200 ms, ms', overshoot.wallTimeMs),
      summaryRow('CPU of /bin/true, ms', accounting.cpuTimeMs),
      summaryRow('memory of /bin/true, KiB', accounting.memoryPeakBytes, kibi),
    ]),
  )
}

function printCpuTime({ cpuTime }: Measurements): void {
  if (cpuTime === undefined) return
  const { insideMs, bareMs } = cpuTime
  const spread = ({ samples }: typeof insideMs): string => `${(relativeSpread(samples) * 100).toFixed(2)} %`
  console.log('\nCPU time of a program that computes the same each time, in ms; spread is (p90 − p10) / p50')
  console.log(
    table([
      ['', ...summaryHeading, 'spread'],
      [...summaryRow('inside, as mayfly reports it', insideMs), spread(insideMs)],
      [...summaryRow('bare, by getrusage', bareMs), spread(bareMs)],
    ]),
  )
}

function printCompiledOnce({ compiledOnce }: Measurements): void {
  if (compiledOnce === undefined) return
  console.log('\na program compiled once and run on 100 inputs, ms for all of them, so many at once')
  const rows = compiledOnce.flatMap(({ concurrency, layeredMs, bareMs }) => [
    [...summaryRow(`${concurrency}: each in a fresh container on its layer`, layeredMs), ratioText(layeredMs, bareMs)],
    summaryRow(`${concurrency}: child_process.spawn`, bareMs),
  ])
  console.log(table([['', ...summaryHeading, 'p50 to spawn’s'], ...rows]))
}

function ratioText(left: Distribution, right: Distribution): string {
  return estimateText(ratioOfMedians(left.samples, right.samples))
}

function printMemory({ memory }: Measurements): void {
  if (memory === undefined) return
  const { containerCount, pssBytes, pssBytesOfSupervisor, pssBytesPerContainer, kernelBytesPerContainer } = memory
  console.log(`\nmayfly: memory of ${containerCount} ready containers, in KiB (a container's by difference to 10)`)
  console.log(
    table([
      ['PSS of supervisor, inits and stubs', digits(pssBytes / kibi)],
      ['of that the supervisor', digits(pssBytesOfSupervisor / kibi)],
      ['of that each container', digits(pssBytesPerContainer / kibi)],
      ['besides, in the kernel (slab, stacks, page tables), each', digits(kernelBytesPerContainer / kibi)],
    ]),
  )
}

function printNeighbour({ neighbour }: Measurements): void {
  if (neighbour === undefined) return
  const { aloneMs, besideLoopMs, besideRefusalsMs, refusalCount } = neighbour
  const cost = (beside: Summary, than: Summary): string => `${((beside.p50 / than.p50 - 1) * 100).toFixed(1)} %`
  console.log(
    `\nmayfly: the same work in ms, beside another container (which had ${refusalCount} calls refused and noted)`,
  )
  console.log(
    table([
      ['', ...summaryHeading, 'slower than alone', 'than beside a loop'],
      summaryRow('alone', aloneMs),
      [...summaryRow('beside a loop', besideLoopMs), cost(besideLoopMs, aloneMs)],
      [
        ...summaryRow('beside refused calls', besideRefusalsMs),
        cost(besideRefusalsMs, aloneMs),
        cost(besideRefusalsMs, besideLoopMs),
      ],
    ]),
  )
}

export function printMeasurements(measurements: Measurements): void {
  printLatencies(measurements)
  printThroughput(measurements)
  printLimits(measurements)
  printCpuTime(measurements)
  printCompiledOnce(measurements)
  printTrace(measurements)
  printMemory(measurements)
  printNeighbour(measurements)
}
