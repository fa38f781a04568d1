import type { Limits } from '@mayfly/sandbox'
import { memoryHere } from '../problem/bounds.ts'
import type { Test } from '../problem/problem.ts'
import type { JudgedLimits } from '../verdict/facts.ts'
import type { Job } from './job.ts'

const processCount = 64
/** What a program may take on the clock beside twice its CPU time: it waits for the disk, and for others. */
const wallRoomMs = 2000

/** The limits that verdicts on a test are judged by, and those that its runs are held to: a little more. */
export function limitsOfTest(
  { problem, timeMs: standard, program, workshop }: Job,
  test: Test,
): { readonly judged: JudgedLimits; readonly enforced: Partial<Limits> } {
  const { limits } = problem
  const {
    timeMs = standard,
    wallTimeMs = 2 * timeMs + wallRoomMs,
    outputBytes = limits.outputBytes,
  } = test.limits ?? {}
  const judged = { cpuTimeMs: timeMs, wallTimeMs, outputBytes }
  // One who talks may have to wait for the other side as long as it likes.
  const mayWait = problem.interactor !== undefined || test.limits?.wallTimeMs !== undefined
  const withRoom = (limit: number): number => limit + Math.ceil(limit * workshop.nearLimit)
  return {
    judged,
    enforced: {
      cpuTimeMs: withRoom(judged.cpuTimeMs),
      wallTimeMs: withRoom(judged.wallTimeMs),
      idleTimeMs: mayWait ? withRoom(judged.wallTimeMs) : Math.max(idleMinMs, timeMs),
      memoryBytes: memoryHere(test.limits?.memoryBytes ?? limits.memoryBytes),
      outputBytes,
      // With its program, which the student did not write.
      diskBytes: outputBytes + programRoomBytes,
      processCount: processCount + program.ownProcessCount,
      cpuWeight: 100,
    },
  }
}

/** What a program does not wait for without using its processor, unless it waits for ever. */
const idleMinMs = 1000

const programRoomBytes = 64 * 1024 * 1024
