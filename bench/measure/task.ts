import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Words } from '../subjects/subject.ts'
import type { Latencies, LatencyPlan } from './latency.ts'
import type { Throughput, ThroughputPlan } from './throughput.ts'

/** What a process of its own measures: what this one has loaded or allocated changes nothing there. */
export type Task = {
  readonly subjects: readonly string[]
  readonly argv: Words
  /** Memory that it holds and has written to, besides what it needs itself. */
  readonly heldBytes: number
} & (
  | { readonly kind: 'latency'; readonly plan: LatencyPlan }
  | { readonly kind: 'throughput'; readonly plan: ThroughputPlan }
)

export type TaskResult = {
  /** Of the process, before the first run. */
  readonly residentBytes: number
  readonly heldBytes: number
} & (
  | { readonly kind: 'latency'; readonly latencies: Latencies }
  | { readonly kind: 'throughput'; readonly throughput: Throughput }
)

const program = fileURLToPath(new URL('worker.ts', import.meta.url))

async function perform<Kind extends Task['kind']>(
  task: Extract<Task, { kind: Kind }>,
): Promise<Extract<TaskResult, { kind: Kind }>> {
  const worker = fork(program, { serialization: 'advanced' })
  const ended = once(worker, 'exit')
  worker.send(task)
  const answered = once(worker, 'message') as Promise<[Extract<TaskResult, { kind: Kind }>]>
  const first = await Promise.race([answered, ended.then(() => undefined)])
  const [exitCode] = (await ended) as [number | null]
  if (first === undefined) throw new Error(`the process that measures ${task.kind} ended with ${exitCode}`)
  return first[0]
}

/** Latencies in a process that holds so much memory, with its size. */
export interface SizedLatencies {
  readonly heldBytes: number
  readonly residentBytes: number
  readonly latencies: Latencies
}

export async function latenciesInProcess(
  subjects: readonly string[],
  plan: LatencyPlan,
  { argv = ['/bin/true'], heldBytes = 0 }: { readonly argv?: Words; readonly heldBytes?: number } = {},
): Promise<SizedLatencies> {
  const result = await perform<'latency'>({ kind: 'latency', subjects, argv, heldBytes, plan })
  return { heldBytes: result.heldBytes, residentBytes: result.residentBytes, latencies: result.latencies }
}

export async function throughputInProcess(subjects: readonly string[], plan: ThroughputPlan): Promise<Throughput> {
  const argv: Words = ['/bin/true']
  return (await perform<'throughput'>({ kind: 'throughput', subjects, argv, heldBytes: 0, plan })).throughput
}
