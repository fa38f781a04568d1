import { type Distribution, distribution } from '../statistics.ts'
import type { Available } from '../subjects/all.ts'
import type { OpenSubject } from '../subjects/subject.ts'

/** Runs per second, one number for each time slice. */
export type Throughput = Readonly<Record<string, Distribution>>

export interface ThroughputPlan {
  readonly concurrency: number
  /** How many time slices each subject has. */
  readonly slices: number
  readonly sliceMs: number
}

/** Runs before a slice is measured: what a subject made ahead while others had their turn is used up by then. */
const leadInMs = 200

/** Back to back, so many at once; counts the runs that end within the slice. */
async function measureSlice(opened: OpenSubject, { concurrency, sliceMs }: ThroughputPlan): Promise<number> {
  const start = performance.now() + leadInMs
  const end = start + sliceMs
  let count = 0
  const worker = async (): Promise<void> => {
    for (let now = performance.now(); now < end;) {
      await opened.run()
      now = performance.now()
      if (now >= start && now < end) count++
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return (count * 1000) / sliceMs
}

/** The subjects in turn, slice after slice. */
export async function measureThroughput(available: readonly Available[], plan: ThroughputPlan): Promise<Throughput> {
  const perSecond = new Map<string, number[]>(available.map(({ subject }) => [subject.name, []]))
  for (let slice = 0; slice < plan.slices; slice++) {
    for (const { subject, opened } of available) {
      perSecond.get(subject.name)?.push(await measureSlice(opened, plan))
    }
  }
  return Object.fromEntries([...perSecond].map(([name, samples]) => [name, distribution(samples)]))
}
