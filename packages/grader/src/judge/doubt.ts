import type { RunResult } from '@mayfly/sandbox'
import type { Test } from '../problem/problem.ts'
import { factsOf, type JudgedLimits } from '../verdict/facts.ts'
import { decideRun } from '../verdict/precedence.ts'
import type { Job } from './job.ts'
import { limitsOfTest } from './run-limits.ts'
import type { RunFailure } from './workshop.ts'

/** A run of a submission, and how short of processors the machine was meanwhile. */
export interface Measured {
  readonly result: RunResult | RunFailure | { readonly cannotStart: string }
  readonly pressure: number | undefined
  /** Whether something else than time decides. */
  readonly isSettled?: boolean
}

const rerunsMax = 2

/**
 * A verdict about time that may be the machine's fault is not trusted: what missed its limit by a tenth or less, or on a
 * machine that was short of processors, runs again with nothing beside it. What ran in time is never run again.
 */
export async function runUntilSure<Run extends Measured>(
  job: Job,
  test: Test,
  run: (alone: boolean) => Promise<Run>,
): Promise<{ readonly measured: Run; readonly rerunCount: number }> {
  let measured = await run(false)
  let rerunCount = 0
  while (rerunCount < rerunsMax && isDoubtful(job, test, measured)) {
    measured = await run(true)
    rerunCount++
  }
  return { measured, rerunCount }
}

function isDoubtful(job: Job, test: Test, { result, pressure, isSettled = false }: Measured): boolean {
  if (!('status' in result) || isSettled) return false
  const { judged: limits } = limitsOfTest(job, test)
  const decision = decideRun({ run: factsOf(result), limits })
  if (decision === undefined || !['TLE', 'WTL', 'ILE'].includes(decision.verdict)) return false
  return isNear(job.workshop.nearLimit, result, limits) || (pressure ?? 0) > job.workshop.pressureMax
}

/** Whether what was measured is within a tenth of a time limit, from either side. */
export function isNear(nearLimit: number, { usage }: RunResult, limits: JudgedLimits): boolean {
  const near = (measured: number, limit: number): boolean => Math.abs(measured - limit) <= nearLimit * limit
  return near(usage.cpuTimeMs, limits.cpuTimeMs) || near(usage.wallTimeMs, limits.wallTimeMs)
}
