import { setTimeout } from 'node:timers/promises'
import { type Distribution, distribution } from '../statistics.ts'
import type { Available } from '../subjects/all.ts'
import type { OpenSubject } from '../subjects/subject.ts'

/** How long a run takes, and how much of that time the caller's event loop is not free for others. */
export interface Latency {
  readonly totalMs: Distribution
  /** Until the call came back: the loop stands still. */
  readonly heldMs: Distribution
  /** All that the loop did not spend waiting, from the call to the next one (`performance.eventLoopUtilization`). */
  readonly loopMs: Distribution
}

export type Latencies = Readonly<Record<string, Latency>>

export interface LatencyPlan {
  /** How often each subject has its turn. */
  readonly rounds: number
  /** Runs in one turn. */
  readonly runsPerTurn: number
  /** From the end of a run to the next one of the same turn. */
  readonly gapMs: number
}

/** Lets what a run left to be done in the background come to its end before another subject is measured. */
const settleMs = 10

const warmUpRounds = 5

class Samples {
  readonly totalMs: number[] = []
  readonly heldMs: number[] = []
  readonly loopMs: number[] = []

  summarize(): Latency {
    return {
      totalMs: distribution(this.totalMs),
      heldMs: distribution(this.heldMs),
      loopMs: distribution(this.loopMs),
    }
  }
}

async function measureOnce(opened: OpenSubject, waitMs: number, samples: Samples): Promise<void> {
  const loopBefore = performance.eventLoopUtilization()
  const start = performance.now()
  const running = opened.run()
  samples.heldMs.push(performance.now() - start)
  await running
  samples.totalMs.push(performance.now() - start)
  if (waitMs > 0) await setTimeout(waitMs)
  samples.loopMs.push(performance.eventLoopUtilization(loopBefore).active)
}

async function takeTurn(opened: OpenSubject, { runsPerTurn, gapMs }: LatencyPlan, samples: Samples): Promise<void> {
  for (let left = runsPerTurn; left > 0; left--) await measureOnce(opened, left > 1 ? gapMs : settleMs, samples)
}

/** Takes the subjects in turn (A B A B), so that a change of the machine's load meets all of them. */
export async function measureLatency(available: readonly Available[], plan: LatencyPlan): Promise<Latencies> {
  const samples = new Map<Available, Samples>(available.map((one) => [one, new Samples()]))
  await setTimeout(settleMs)
  for (let round = -warmUpRounds; round < plan.rounds; round++) {
    for (const [one, collected] of samples) {
      if (round % one.subject.everyRounds !== 0) continue
      await takeTurn(one.opened, plan, round < 0 ? new Samples() : collected)
    }
  }
  return Object.fromEntries([...samples].map(([{ subject }, collected]) => [subject.name, collected.summarize()]))
}
