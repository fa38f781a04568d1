import { once } from 'node:events'
import { withSubjects } from '../subjects/all.ts'
import { measureLatency } from './latency.ts'
import { measureThroughput } from './throughput.ts'
import type { Task, TaskResult } from './task.ts'

/** A Node process of a certain size, that measures what its parent asks for, and ends. */

const mebi = 1024 * 1024

/** Every page written to, so that all of it is resident, and a fork has its tables to copy. */
function touchHeap(bytes: number): readonly Buffer[] {
  return Array.from({ length: Math.ceil(bytes / mebi) }, () => Buffer.alloc(mebi, 1))
}

async function perform(task: Task): Promise<TaskResult> {
  const { subjects, argv, heldBytes } = task
  const concurrency = task.kind === 'throughput' ? task.plan.concurrency : 1
  return withSubjects(subjects, { argv, concurrency }, async (available) => {
    const held = touchHeap(heldBytes)
    const residentBytes = process.memoryUsage.rss()
    const measured =
      task.kind === 'latency'
        ? { kind: task.kind, latencies: await measureLatency(available, task.plan) }
        : { kind: task.kind, throughput: await measureThroughput(available, task.plan) }
    return { ...measured, residentBytes, heldBytes: held.length * mebi }
  })
}

const [task] = (await once(process, 'message')) as [Task]
process.send?.(await perform(task))
process.disconnect()
