import { writeFile } from 'node:fs/promises'
import { cpus, loadavg, release } from 'node:os'
import { parseArgs } from 'node:util'
import { createSandbox } from '@mayfly/sandbox'
import { measureAccounting } from './accounting.ts'
import { measureLatency } from './latency.ts'
import { measureNeighbour } from './neighbour.ts'
import { measureOvershoot } from './overshoot.ts'
import { printMachine, printResults } from './print.ts'
import type { BenchReport } from './report.ts'
import { closeSubjects, type OpenedSubjects, openSubjects, subjects } from './subjects/open-all.ts'
import { bwrap } from './subjects/bwrap.ts'
import { childProcess } from './subjects/child-process.ts'
import { mayfly } from './subjects/mayfly.ts'
import { measureThroughput } from './throughput.ts'

/** Side-by-side measurements, in turn within this one process. */

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    rounds: { type: 'string', default: '200' },
  },
})

const mebi = 1024 * 1024
const touchedBytes = 500 * 1_000_000
const rounds = Number(values.rounds)
if (!Number.isSafeInteger(rounds) || rounds < 10) {
  throw new Error(`--rounds must be a whole number of at least 10, got ${values.rounds}`)
}

function describeMachine(): BenchReport['machine'] {
  const processors = cpus()
  return {
    node: process.versions.node,
    kernel: release(),
    processor: processors[0]?.model ?? 'unknown processor',
    processorCount: processors.length,
    loadAverageAtStart: loadavg()[0] ?? 0,
  }
}

type LatencyReport = BenchReport['latency'][number]

async function latencyNow(opened: OpenedSubjects, touchedHeapBytes: number): Promise<LatencyReport> {
  globalThis.gc?.()
  const residentBytes = process.memoryUsage.rss()
  return { touchedHeapBytes, residentBytes, subjects: await measureLatency(opened.available, rounds) }
}

/** Every page written to, so that a fork has its tables to copy. */
function touchHeap(bytes: number): readonly Buffer[] {
  return Array.from({ length: Math.ceil(bytes / mebi) }, () => Buffer.alloc(mebi, 1))
}

async function measureLatencies(opened: OpenedSubjects): Promise<readonly LatencyReport[]> {
  const atOwnSize = await latencyNow(opened, 0)
  const held = touchHeap(touchedBytes)
  const atLargeSize = await latencyNow(opened, held.length * mebi)
  return [atOwnSize, atLargeSize]
}

async function measureThroughputs(): Promise<BenchReport['throughput']> {
  const measured: BenchReport['throughput'][number][] = []
  for (const concurrency of [1, 2, 4, 8]) {
    const perSecond = await measureThroughput([mayfly, childProcess, bwrap], concurrency, 1500)
    measured.push({ concurrency, perSecond })
  }
  return measured
}

async function measureLimits(): Promise<Pick<BenchReport, 'overshoot' | 'accounting'>> {
  const sandbox = await createSandbox({ concurrency: 1 })
  try {
    return {
      overshoot: await measureOvershoot(sandbox, 20),
      accounting: await measureAccounting(sandbox, rounds),
    }
  } finally {
    await sandbox.close()
  }
}

async function measureBeside(): Promise<BenchReport['neighbour']> {
  const sandbox = await createSandbox({ concurrency: 2 })
  try {
    return await measureNeighbour(sandbox, 15)
  } finally {
    await sandbox.close()
  }
}

const startedAt = new Date().toISOString()
const machine = describeMachine()
const opened = await openSubjects(subjects, 1)
printMachine({ machine, missing: opened.missing })
const limits = await measureLimits()
const latency = await measureLatencies(opened)
await closeSubjects(opened)
globalThis.gc?.()
const throughput = await measureThroughputs()
const neighbour = await measureBeside()
const report: BenchReport = { startedAt, machine, missing: opened.missing, latency, throughput, neighbour, ...limits }
printResults(report)
if (values.json !== undefined) {
  await writeFile(values.json, `${JSON.stringify(report, undefined, 2)}\n`)
  console.log(`\nWritten to ${values.json}`)
}
