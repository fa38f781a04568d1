import { GraderError } from '../errors.ts'
import { gradeSubmission } from '../grader/grade.ts'
import type { Shared } from '../grader/shared.ts'
import type { Evaluate } from '../judge/evaluate.ts'
import type { GradeResult, TestResult } from '../judge/result.ts'
import type { Problem, ProblemSubmission } from '../problem/problem.ts'
import { bigOf, isFailure } from '../verdict/verdict.ts'
import { isAt } from './expectations.ts'

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

/** Whether the time limit must be enough for a submission, on some tests at least. */
function isMeasured({ timeRules, useForTimeLimit }: ProblemSubmission): boolean {
  return timeRules?.some(({ bound }) => bound === 'lower') ?? useForTimeLimit === 'lower'
}

/** Whether it solves the problem. Others may hang where they are wrong: they are not waited for as long, nor after that. */
function isRight({ expectations }: ProblemSubmission): boolean {
  return (
    expectations.length === 0 ||
    expectations.some(({ permitted, final, where }) => where === undefined && String(permitted ?? final) === 'AC')
  )
}

/** Times the limit that those who are right come to, and no less than this. */
const roomCount = 2
const roomMinMs = 4000

/** One that was killed, or talked on when the other side had rejected it, could have taken any time. */
function tellsTime({ verdict, evidence }: TestResult): boolean {
  return bigOf(verdict) !== 'TLE' && !(isFailure(verdict) && evidence.exitedFirst === 'interactor')
}

/** What a submission took at most on those tests that say something of the time limit. */
export function slowestOf(
  { timeRules, useForTimeLimit }: ProblemSubmission,
  bound: 'lower' | 'upper',
  tests: readonly TestResult[],
): number {
  const rules = timeRules ?? (useForTimeLimit === false ? [] : [{ bound: useForTimeLimit }])
  const wheres = rules.filter((rule) => rule.bound === bound).map(({ where }) => where)
  const counted = tests.filter(({ id }) => wheres.some((where) => where === undefined || isAt(where, id)))
  return Math.max(0, ...counted.map(({ usage }) => usage?.cpuTimeMs ?? 0))
}

/** A submission that cannot be judged here says nothing of the time that others may take. */
function ifNotThere(error: unknown): Pick<GradeResult, 'tests'> {
  if (error instanceof GraderError && (error.code === 'NOT_INSTALLED' || error.code === 'INVALID_SUBMISSION'))
    return { tests: [] }
  throw error
}

/** Runs those submissions that a time limit is computed from. */
export async function calibrate(shared: Shared, problem: Problem): Promise<TimeLimits> {
  const measured = problem.submissions.filter((submission) => isMeasured(submission))
  let [slowestAcceptedMs, slowestAccepted] = [0, '']
  const measure = async (submission: ProblemSubmission, limitMs: number, evaluate: Evaluate): Promise<void> => {
    const { tests } = await gradeSubmission(shared, problem, submission, limitMs, { evaluate }).catch(ifNotThere)
    const most = slowestOf(submission, 'lower', tests.filter(tellsTime))
    if (tests.length > 0 && most >= slowestAcceptedMs) [slowestAcceptedMs, slowestAccepted] = [most, submission.name]
  }
  const right = measured.filter(isRight)
  for (const submission of right) await measure(submission, generousMs, 'all')
  const room = Math.max(roomMinMs, roomCount * computeTimeLimit(slowestAcceptedMs, problem))
  const roomMs = right.length === 0 ? generousMs : room
  for (const submission of measured.filter((each) => !right.includes(each)))
    await measure(submission, Math.min(generousMs, roomMs), 'package')
  if (slowestAccepted === '') {
    const { path } = problem
    throw new GraderError(
      'INVALID_PACKAGE',
      'has neither a time limit nor a submission that can be run here to compute it from',
      { path },
    )
  }
  const timeMs = computeTimeLimit(slowestAcceptedMs, problem)
  return { timeMs, slowestAcceptedMs, slowestAccepted, mustExceedMs: timeMs * problem.timing.limitToExceeded }
}
