import { existsSync } from 'node:fs'
import { freemem } from 'node:os'
import { createSandbox, type Sandbox } from '@mayfly/sandbox'
import type { BenchOptions, Part } from '../options.ts'
import type { Measurements } from '../report.ts'
import { subjectNamed } from '../subjects/all.ts'
import { measureAccounting } from './accounting.ts'
import { measureCompiledOnce } from './compiled-once.ts'
import { measureCpuTime } from './cpu-time.ts'
import type { LatencyPlan } from './latency.ts'
import { measureNeighbour } from './neighbour.ts'
import { measureOvershoot } from './overshoot.ts'
import { measureReadyMemory } from './ready-memory.ts'
import { latenciesInProcess, throughputInProcess } from './task.ts'
import { measureTrace } from './trace.ts'

const megabyte = 1_000_000
const runsPerTurn = 10
const compiler = '/usr/bin/g++'
const interpreter = '/usr/bin/python3'

/** In turn, one run each, 10 ms after the one before. */
function singleRuns(rounds: number): LatencyPlan {
  return { rounds, runsPerTurn: 1, gapMs: 10 }
}

class Bench {
  readonly #available: readonly string[]
  readonly #options: BenchOptions

  constructor(available: readonly string[], options: BenchOptions) {
    this.#available = available
    this.#options = options
  }

  /** Undefined where it cannot be measured here. */
  async measure(part: Part): Promise<Measurements | undefined> {
    const { rounds, traceGapMs } = this.#options
    switch (part) {
      case 'subjects':
        return { subjects: await latenciesInProcess(this.#available, singleRuns(rounds)) }
      case 'gaps':
        return this.#gaps()
      case 'sizes':
        return this.#sizes()
      case 'throughput':
        return this.#throughput()
      case 'python':
        return this.#python()
      case 'memory':
        return this.#ours(async () => ({ memory: await measureReadyMemory(100) }))
      case 'limits':
        return this.#inSandbox(1, async (sandbox) => ({
          limits: {
            overshoot: await measureOvershoot(sandbox, Math.min(rounds, 100)),
            accounting: await measureAccounting(sandbox, rounds),
          },
        }))
      case 'cpu-time':
        return this.#inSandbox(1, async (sandbox) => ({ cpuTime: await measureCpuTime(sandbox, Math.min(rounds, 60)) }))
      case 'compiled-once':
        if (!existsSync(compiler)) return undefined
        return this.#inSandbox(2, async (sandbox) => ({
          compiledOnce: await measureCompiledOnce(sandbox, this.#options.isQuick ? 2 : 15),
        }))
      case 'trace':
        return this.#inSandbox(1, async (sandbox) => ({ trace: await measureTrace(sandbox, rounds, traceGapMs) }))
      case 'neighbour':
        return this.#inSandbox(2, async (sandbox) => ({
          neighbour: await measureNeighbour(sandbox, this.#options.isQuick ? 2 : 15),
        }))
    }
  }

  /** Ourselves and spawn, as far as they were asked for. */
  get #pair(): readonly string[] {
    return ['mayfly', 'child-process'].filter((name) => this.#available.includes(name))
  }

  async #gaps(): Promise<Measurements | undefined> {
    if (this.#pair.length === 0) return undefined
    const turns = Math.max(2, Math.ceil(this.#options.rounds / 4))
    const gaps: NonNullable<Measurements['gaps']>[number][] = []
    for (const gapMs of [0, 5, 10]) {
      gaps.push({ gapMs, ...(await latenciesInProcess(this.#pair, { rounds: turns, runsPerTurn, gapMs })) })
    }
    return { gaps }
  }

  async #sizes(): Promise<Measurements | undefined> {
    if (this.#pair.length === 0) return undefined
    const rounds = Math.ceil(this.#options.rounds / 2)
    const wanted = this.#options.isQuick ? [0, 500] : [0, 200, 500, 1000, 2000]
    const sizes: NonNullable<Measurements['sizes']>[number][] = []
    for (const heldBytes of wanted.map((megabytes) => megabytes * megabyte)) {
      if (heldBytes > freemem() / 2) continue
      sizes.push(await latenciesInProcess(this.#pair, singleRuns(rounds), { heldBytes }))
    }
    return { sizes }
  }

  async #throughput(): Promise<Measurements> {
    const quickOnes = this.#available.filter((name) => subjectNamed(name).everyRounds === 1)
    const plan = this.#options.isQuick ? { slices: 1, sliceMs: 200 } : { slices: 5, sliceMs: 800 }
    const throughput: NonNullable<Measurements['throughput']>[number][] = []
    for (const concurrency of [1, 2, 4, 8]) {
      throughput.push({ concurrency, perSecond: await throughputInProcess(quickOnes, { concurrency, ...plan }) })
    }
    return { throughput }
  }

  async #python(): Promise<Measurements | undefined> {
    if (!existsSync(interpreter) || this.#pair.length === 0) return undefined
    const plan = singleRuns(Math.ceil(this.#options.rounds / 2))
    return { python: await latenciesInProcess(this.#pair, plan, { argv: [interpreter, '-c', 'pass'] }) }
  }

  async #ours(measure: () => Promise<Measurements>): Promise<Measurements | undefined> {
    return this.#available.includes('mayfly') ? measure() : undefined
  }

  async #inSandbox(
    concurrency: number,
    measure: (sandbox: Sandbox) => Promise<Measurements>,
  ): Promise<Measurements | undefined> {
    return this.#ours(async () => {
      const sandbox = await createSandbox({ concurrency })
      try {
        return await measure(sandbox)
      } finally {
        await sandbox.close()
      }
    })
  }
}

/** The parts that were asked for, one after the other; tells `begin` of each. */
export async function measureParts(
  available: readonly string[],
  options: BenchOptions,
  begin: (part: Part) => void,
): Promise<Measurements> {
  const bench = new Bench(available, options)
  const measured: Measurements = {}
  for (const part of options.parts) {
    begin(part)
    Object.assign(measured, await bench.measure(part))
  }
  return measured
}
