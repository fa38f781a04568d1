import { GraderError } from '../errors.ts'
import { gradeSubmission } from '../grader/grade.ts'
import type { Shared } from '../grader/shared.ts'
import type { Evaluate } from '../judge/evaluate.ts'
import type { GradeResult } from '../judge/result.ts'
import { isReadable } from '../languages/detect.ts'
import type { Problem, ProblemSubmission } from '../problem/problem.ts'
import type { Verdict } from '../verdict/verdict.ts'
import { slowestOf, type TimeLimits } from './calibrate.ts'
import { controlNames, judgeControl, type ControlName, type ControlReport } from './controls.ts'
import { differences } from './expectations.ts'
import { checkValidators } from './probes.ts'

/** What is said of a verification. */
export interface VerifyOptions {
  /** How often each submission is judged; those whose verdicts differ are told as flaky. Default 1. */
  readonly repeat?: number
  /** Default: all of them. */
  readonly controls?: readonly ControlName[]
  readonly signal?: AbortSignal
  readonly onSubmission?: (report: SubmissionReport) => void
  readonly onControl?: (report: ControlReport) => void
}

/** What became of a submission that came with the problem. */
export interface SubmissionReport {
  readonly name: string
  /** `not judged`: it is no submission that may be judged. */
  readonly verdict: Verdict | 'not installed' | 'not judged'
  readonly score?: number
  /** The most that one test took. */
  readonly slowestMs: number
  readonly tests: readonly { readonly id: string; readonly verdict: Verdict; readonly cpuTimeMs: number }[]
  /** What differs from what was promised; none if it is right. */
  readonly differences: readonly string[]
  readonly flaky: boolean
  readonly rerunCount: number
  /** The most that one of the tests took for which it must be fast enough; undefined: it need not be. */
  readonly mustBeFastMs?: number
}

/** Whether a problem does what it says. */
export interface VerifyReport {
  readonly problem: string
  readonly format: string
  readonly timeMs: number
  /** Undefined where the problem says its time limit itself. */
  readonly computed?: TimeLimits
  readonly submissions: readonly SubmissionReport[]
  readonly controls: readonly ControlReport[]
  /** What is wrong with tests and validators. */
  readonly problems: readonly string[]
  readonly warnings: readonly string[]
  readonly ok: boolean
}

/** Judges everything that came with a problem, and the negative controls. */
export async function verifyProblem(
  given: Shared,
  problem: Problem,
  computed: TimeLimits | undefined,
  options: VerifyOptions,
): Promise<VerifyReport> {
  const shared = given.until(options.signal)
  const timeMs = computed?.timeMs ?? problem.limits.timeMs ?? 0
  const { found, warnings } = await checkValidators(shared, problem)
  const submissions: SubmissionReport[] = []
  for (const submission of problem.submissions) {
    const report = await verifySubmission(shared, problem, submission, timeMs, options)
    submissions.push(report)
    options.onSubmission?.(report)
  }
  const controls: ControlReport[] = []
  for (const name of problem.submitAnswer || problem.harness !== undefined ? [] : (options.controls ?? controlNames)) {
    options.signal?.throwIfAborted()
    const report = await judgeControl(shared, problem, timeMs, name)
    controls.push(report)
    options.onControl?.(report)
  }
  const isRight = submissions.every(({ differences: list, flaky }) => list.length === 0 && !flaky)
  return {
    problem: problem.name,
    format: problem.format,
    timeMs,
    ...(computed === undefined ? {} : { computed }),
    submissions,
    controls,
    problems: found,
    warnings: [
      ...problem.warnings,
      ...warnings,
      ...notVerified(submissions),
      ...tightLimit(problem, timeMs, computed, submissions),
    ],
    ok: found.length === 0 && isRight && controls.every(({ ok }) => ok),
  }
}

function notVerified(submissions: readonly SubmissionReport[]): readonly string[] {
  if (submissions.length === 0) return ['no submission came with the problem']
  return submissions
    .filter(({ verdict }) => verdict === 'not installed')
    .map(({ name }) => `${name} was not judged: its language is not installed, or not known`)
}

/** A time limit that the package names leaves those that must be fast enough less room than the package asks for. */
function tightLimit(
  { submissions, timing }: Problem,
  timeMs: number,
  computed: TimeLimits | undefined,
  reports: readonly SubmissionReport[],
): readonly string[] {
  if (computed !== undefined) return []
  const slowest = reports.flatMap(({ name, mustBeFastMs }) => {
    const isRight = submissions.some((submission) => submission.name === name)
    return isRight && mustBeFastMs !== undefined ? [{ name, ms: mustBeFastMs }] : []
  })
  const most = slowest.reduce((one, next) => (next.ms > one.ms ? next : one), { name: '', ms: 0 })
  if (most.ms * timing.acceptedToLimit <= timeMs) return []
  const asked = `${timing.acceptedToLimit} times what the slowest takes`
  return [`the time limit leaves less than ${asked}: ${most.name} took ${Math.round(most.ms)} ms of ${timeMs} ms`]
}

async function verifySubmission(
  shared: Shared,
  problem: Problem,
  submission: ProblemSubmission,
  timeMs: number,
  options: VerifyOptions,
): Promise<SubmissionReport> {
  const grade = async (limitMs: number, evaluate: Evaluate = usual): Promise<GradeResult> =>
    gradeSubmission(shared, problem, submission, limitMs, { evaluate })
  // What the legacy format promises by its directories is the verdict in the end, which may come before the last test.
  const isFinal = submission.expectations.some(({ final }) => final !== undefined)
  const usual: Evaluate = isFinal && problem.format.startsWith('kattis') ? 'package' : 'all'
  const wrongs = async (result: GradeResult, limitMs: number): Promise<readonly string[]> => {
    const wrong = differences(submission.expectations, result)
    const isOther = usual !== 'all' && submission.expectations.some(({ instead }) => instead !== undefined)
    if (wrong.length === 0 || !isOther) return wrong
    const others = submission.expectations.map((each) => each.instead ?? each)
    return differences(others, await grade(limitMs, 'all')).length === 0 ? [] : wrong
  }
  try {
    const mustExceedMs = Math.ceil(timeMs * problem.timing.limitToExceeded)
    const isSlow = submission.useForTimeLimit === 'upper'
    const limitMs = isSlow ? mustExceedMs : timeMs
    const first = await grade(limitMs)
    const results = [first]
    for (let count = 1; count < (options.repeat ?? 1); count++) results.push(await grade(limitMs))
    const wrong = await wrongs(first, limitMs)
    const close = isSlow && wrong.length > 0 && (await wrongs(await grade(timeMs), timeMs)).length === 0
    return reportOf(
      submission,
      results,
      close ? [`is too slow, but by less than the margin: ${mustExceedMs} ms`] : wrong,
    )
  } catch (error) {
    shared.workshop.signal?.throwIfAborted()
    if (!(error instanceof GraderError)) throw error
    const { name } = submission
    const report = { name, slowestMs: 0, tests: [], flaky: false, rerunCount: 0 }
    const isKnown = isReadable(submission, shared.workshop.languages)
    if (error.code === 'INVALID_SUBMISSION' && isKnown)
      return { ...report, verdict: 'not judged', differences: [error.message] }
    if (error.code !== 'NOT_INSTALLED' && isKnown) throw error
    return { ...report, verdict: 'not installed', differences: [] }
  }
}

function reportOf(
  submission: ProblemSubmission,
  results: readonly GradeResult[],
  wrong: readonly string[],
): SubmissionReport {
  const [first] = results
  if (first === undefined) throw new Error('a submission was judged no time')
  const { name } = submission
  const isFast = submission.timeRules?.some(({ bound }) => bound === 'lower') ?? submission.useForTimeLimit === 'lower'
  const all = results.map(({ verdict, tests }) => JSON.stringify([verdict, tests.map((test) => test.verdict)]))
  const cpu = (list: GradeResult['tests']): readonly number[] => list.map(({ usage }) => usage?.cpuTimeMs ?? 0)
  return {
    name,
    verdict: first.verdict,
    ...(first.score === undefined ? {} : { score: first.score }),
    slowestMs: Math.max(0, ...cpu(first.tests)),
    tests: first.tests.map(({ id, verdict, usage }) => ({ id, verdict, cpuTimeMs: usage?.cpuTimeMs ?? 0 })),
    ...(isFast ? { mustBeFastMs: slowestOf(submission, 'lower', first.tests) } : {}),
    differences: wrong,
    flaky: new Set(all).size > 1,
    rerunCount: first.tests.reduce((sum, { evidence }) => sum + evidence.rerunCount, 0),
  }
}
