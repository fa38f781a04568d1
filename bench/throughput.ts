import { closeSubjects, openSubjects } from './subjects/open-all.ts'
import type { OpenSubject, Subject } from './subjects/subject.ts'

const warmUpCount = 20

async function countRuns(opened: OpenSubject, concurrency: number, durationMs: number): Promise<number> {
  for (let i = 0; i < warmUpCount; i++) await opened.runTrue()
  const start = performance.now()
  let count = 0
  const worker = async (): Promise<void> => {
    while (performance.now() - start < durationMs) {
      await opened.runTrue()
      count++
    }
  }
  await Promise.all(Array.from({ length: concurrency }, () => worker()))
  return (count * 1000) / (performance.now() - start)
}

/** Runs of `/bin/true` per second, back to back, for each subject that is there. */
export async function measureThroughput(
  wanted: readonly Subject[],
  concurrency: number,
  durationMs: number,
): Promise<Readonly<Record<string, number>>> {
  const opened = await openSubjects(wanted, concurrency)
  const perSecond: Record<string, number> = {}
  try {
    for (const one of opened.available) {
      perSecond[one.subject.name] = await countRuns(one.opened, concurrency, durationMs)
    }
  } finally {
    await closeSubjects(opened)
  }
  return perSecond
}
