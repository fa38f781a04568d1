import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { setTimeout } from 'node:timers/promises'
import type { RunTrace, Sandbox } from '@mayfly/sandbox'
import { percentile } from '../statistics.ts'

/** Where the time of a run goes, in ms. */
export interface Trace {
  readonly runCount: number
  /** From the end of a run to the next one. */
  readonly gapMs: number
  readonly steps: readonly TracedStep[]
  readonly whole: StepTimes
}

export interface StepTimes {
  readonly p50: number
  readonly p90: number
  /** The mean of the runs around the median of the whole: what the steps take there adds up to the whole. */
  readonly typical: number
  /** The same of the runs around the 90th percentile of the whole: which steps make a slow run slow. */
  readonly slow: number
}

interface TracedStep extends StepTimes {
  readonly name: string
  /** What has happened when it is over. */
  readonly until: string
}

type Instant = keyof RunTrace

const steps: readonly { readonly name: string; readonly until: string; readonly at: Instant }[] = [
  { name: 'admission', until: 'its turn in the queue', at: 'admittedMs' },
  { name: 'encoding', until: 'the request stands in its buffer', at: 'encodedMs' },
  { name: 'writing', until: 'the socket has it', at: 'writtenMs' },
  { name: 'wake-up', until: 'the supervisor has read it', at: 'receivedMs' },
  { name: 'hand-out', until: 'a container is there', at: 'handedOutMs' },
  { name: 'wake-up', until: 'the stub has read it, and calls execve', at: 'startedMs' },
  { name: 'the command', until: 'init sees its end', at: 'endedMs' },
  { name: 'killing, reaping, wake-up', until: 'the supervisor has init’s record', at: 'endReceivedMs' },
  { name: 'counters and pipes', until: 'the report can be sent', at: 'countedMs' },
  { name: 'wake-up', until: 'Node has the report', at: 'reportReceivedMs' },
  { name: 'result', until: 'the caller has it', at: 'deliveredMs' },
]

const channel = 'mayfly:run'
const warmUpCount = 20

/** What each step took. One that was over before the one before it (the supervisor may be faster) took nothing. */
function durationsOf(trace: RunTrace): readonly number[] {
  let before = trace.queuedMs
  return steps.map(({ at }) => {
    const now = Math.max(before, trace[at] ?? before)
    const duration = now - before
    before = now
    return duration
  })
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The runs whose whole time lies between these percentiles. */
function runsBetween(runs: readonly (readonly number[])[], low: number, high: number): readonly (readonly number[])[] {
  const wholes = runs.map(wholeOf)
  const [from, to] = [percentile(wholes, low), percentile(wholes, high)]
  return runs.filter((_, index) => {
    const whole = wholes[index] ?? Number.NaN
    return whole >= from && whole <= to
  })
}

function wholeOf(durations: readonly number[]): number {
  return durations.reduce((sum, duration) => sum + duration, 0)
}

export function summarizeTraces(traces: readonly RunTrace[], gapMs: number): Trace {
  const runs = traces.map(durationsOf)
  const typical = runsBetween(runs, 0.4, 0.6)
  const slow = runsBetween(runs, 0.85, 0.95)
  const timesOf = (pick: (durations: readonly number[]) => number): StepTimes => ({
    p50: percentile(runs.map(pick), 0.5),
    p90: percentile(runs.map(pick), 0.9),
    typical: mean(typical.map(pick)),
    slow: mean(slow.map(pick)),
  })
  return {
    runCount: runs.length,
    gapMs,
    steps: steps.map(({ name, until }, index) =>
      Object.assign(
        { name, until },
        timesOf((durations) => durations[index] ?? 0),
      ),
    ),
    whole: timesOf(wholeOf),
  }
}

/** `/bin/true`, so far apart. */
export async function measureTrace(sandbox: Sandbox, runCount: number, gapMs: number): Promise<Trace> {
  const traces: RunTrace[] = []
  const take = (trace: unknown): void => void traces.push(trace as RunTrace)
  subscribe(channel, take)
  try {
    for (let run = -warmUpCount; run < runCount; run++) {
      await setTimeout(gapMs)
      await sandbox.run(['/bin/true'])
    }
  } finally {
    unsubscribe(channel, take)
  }
  return summarizeTraces(traces.slice(warmUpCount), gapMs)
}
