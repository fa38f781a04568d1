import { setTimeout } from 'node:timers/promises'
import { type Summary, summarize } from './statistics.ts'
import type { Available } from './subjects/open-all.ts'

/** How long one run of `/bin/true` takes, and how much of that the caller's event loop stands still. */
export interface Latency {
  readonly totalMs: Summary
  readonly blockingMs: Summary
}

/** Lets what a run left to be done in the background come to its end before another subject is measured. */
const pauseMs = 10

interface Samples {
  readonly totalMs: number[]
  readonly blockingMs: number[]
}

async function measureOnce({ opened }: Available, samples: Samples): Promise<void> {
  const start = performance.now()
  const running = opened.runTrue()
  samples.blockingMs.push(performance.now() - start)
  await running
  samples.totalMs.push(performance.now() - start)
}

/** Takes the subjects in turn (A B A B), so that a change of the machine's load meets all of them. */
export async function measureLatency(
  available: readonly Available[],
  rounds: number,
): Promise<Readonly<Record<string, Latency>>> {
  const samples = new Map<Available, Samples>(available.map((one) => [one, { totalMs: [], blockingMs: [] }]))
  for (let round = -5; round < rounds; round++) {
    for (const [one, collected] of samples) {
      if (round % one.subject.everyRounds !== 0) continue
      await setTimeout(pauseMs)
      await measureOnce(one, round < 0 ? { totalMs: [], blockingMs: [] } : collected) // the first ones warm up
    }
  }
  return Object.fromEntries(
    [...samples].map(([{ subject }, { totalMs, blockingMs }]) => [
      subject.name,
      { totalMs: summarize(totalMs), blockingMs: summarize(blockingMs) },
    ]),
  )
}
