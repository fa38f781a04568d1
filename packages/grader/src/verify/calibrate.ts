import { GraderError } from '../errors.ts'
import { gradeSubmission } from '../grader/grade.ts'
import type { Shared } from '../grader/shared.ts'
import type { Problem } from '../problem/problem.ts'

/** A time limit, and what it was computed from. */
export interface TimeLimits {
  /** CPU time of one test. */
  readonly timeMs: number
  /** Of the slowest submission that must be fast enough, on its slowest test. */
  readonly slowestAcceptedMs: number
  readonly slowestAccepted: string
  /** What a submission that must be too slow has to exceed. */
  readonly mustExceedMs: number
}

/** What a submission may take whose time is to be found out. */
const generousMs = 60_000

/** As the format says: what the slowest accepted submission took, times a factor, rounded up to the resolution. */
function computeTimeLimit(slowestMs: number, { timing }: Pick<Problem, 'timing'>): number {
  const { resolutionMs, acceptedToLimit } = timing
  return Math.max(1, Math.ceil((slowestMs * acceptedToLimit) / resolutionMs)) * resolutionMs
}

/** Runs those submissions that a time limit is computed from. */
export async function calibrate(shared: Shared, problem: Problem): Promise<TimeLimits> {
  const measured = problem.submissions.filter(({ useForTimeLimit }) => useForTimeLimit === 'lower')
  let [slowestAcceptedMs, slowestAccepted] = [0, '']
  for (const submission of measured) {
    const { tests } = await gradeSubmission(shared, problem, submission, generousMs, { evaluate: 'all' })
    const most = Math.max(0, ...tests.map(({ usage }) => usage?.cpuTimeMs ?? 0))
    if (most >= slowestAcceptedMs) [slowestAcceptedMs, slowestAccepted] = [most, submission.name]
  }
  if (measured.length === 0) {
    const { path } = problem
    throw new GraderError('INVALID_PACKAGE', 'has neither a time limit nor a submission to compute it from', { path })
  }
  const timeMs = computeTimeLimit(slowestAcceptedMs, problem)
  return { timeMs, slowestAcceptedMs, slowestAccepted, mustExceedMs: timeMs * problem.timing.limitToExceeded }
}
