import type { GradeResult, TestResult } from '../judge/result.ts'
import { verdicts } from '../verdict/verdict.ts'
import { visible, visibleLine } from './visible.ts'

/** Who reads a report. Students are told of hidden tests only how they went. */
export type Audience = 'student' | 'judge'

/** What is said of a report. */
export interface ReportOptions {
  /** Default `'student'`. */
  readonly audience?: Audience
  /** What all tests together are worth, where the problem gives no points. Default 100. */
  readonly points?: number
  /** Gradescope: whether students see that there are hidden tests. Default `'hidden'`. */
  readonly hiddenVisibility?: 'hidden' | 'after_due_date' | 'after_published' | 'visible'
  /** CCS: when the contest began. */
  readonly contestStart?: Date
}

/** One test, as reports of every format tell it. Texts are fit to be seen. */
export interface ReportCase {
  readonly name: string
  readonly status: 'pass' | 'partial' | 'fail' | 'error' | 'skip'
  readonly verdict: string
  readonly message: string
  readonly output: string
  readonly errors: string
  readonly answer: string | undefined
  readonly points: number
  readonly maxPoints: number
  readonly timeMs: number
  readonly hidden: boolean
  readonly test: TestResult
}

/** A result as reports tell it. */
export interface ReportView {
  readonly result: GradeResult
  readonly problem: string
  readonly submission: string
  readonly cases: readonly ReportCase[]
  readonly status: 'pass' | 'partial' | 'fail' | 'error'
  readonly message: string
  readonly points: number
  readonly maxPoints: number
  /** It says nothing about the submission: we failed, or the package did. */
  readonly isOurs: boolean
  readonly compileMessages: string
}

const pointsStandard = 100

/** What of a result a report of this kind may tell. */
export function viewOf(result: GradeResult, options: ReportOptions = {}): ReportView {
  const { verdict, tests } = result
  const maxPoints = result.maxScore ?? (result.score === undefined ? (options.points ?? pointsStandard) : result.score)
  const points = result.score ?? (verdict === 'AC' ? maxPoints : 0)
  const isOurs = verdict === 'IE' || verdict === 'JE'
  const share = maxPoints / Math.max(1, tests.length)
  const scores = tests.some(({ maxScore, score }) => maxScore !== undefined || score !== undefined)
  const audience = options.audience ?? 'student'
  return {
    result,
    problem: visibleLine(result.problem),
    submission: visibleLine(result.submission),
    cases: tests.map((test) => caseOf(test, audience, scores ? undefined : share)),
    status: isOurs ? 'error' : verdict === 'AC' ? 'pass' : verdict === 'PA' ? 'partial' : 'fail',
    message: isOurs ? `could not be judged: ${verdicts[verdict].name}` : messageOf(result, audience),
    points: isOurs ? 0 : points,
    maxPoints,
    isOurs,
    compileMessages: visible(result.compile?.messages.text ?? ''),
  }
}

function messageOf({ verdict, reason, tests }: GradeResult, audience: Audience): string {
  const first = tests.find((test) => test.verdict === verdict)
  const isSecret = audience === 'student' && first?.hidden === true && verdict !== 'AC'
  return isSecret ? verdicts[verdict].name : visibleLine(reason, 1000)
}

function caseOf(test: TestResult, audience: Audience, share: number | undefined): ReportCase {
  const { id, verdict, hidden, usage, stdout, stderr, feedback, evidence, answer } = test
  const isSecret = hidden && audience === 'student'
  const told = isSecret ? [] : [audience === 'judge' || feedback.team === undefined ? evidence.reason : feedback.team]
  return {
    name: visibleLine(id),
    status: statusOf(verdict),
    verdict,
    message: [verdicts[verdict].name, ...told.map((text) => visible(text))].join(': '),
    output: isSecret ? '' : visible(stdout.text),
    errors: isSecret ? '' : visible(stderr.text),
    answer: isSecret || answer === undefined ? undefined : visible(answer.text),
    points: share === undefined ? (test.score ?? 0) : verdict === 'AC' ? share : 0,
    maxPoints: share ?? test.maxScore ?? test.score ?? 0,
    timeMs: usage?.cpuTimeMs ?? 0,
    hidden,
    test,
  }
}

function statusOf(verdict: TestResult['verdict']): ReportCase['status'] {
  if (verdict === 'AC') return 'pass'
  if (verdict === 'PA') return 'partial'
  if (verdict === 'SK') return 'skip'
  return verdict === 'WA' || verdict === 'PE' || verdict === 'NO' ? 'fail' : 'error'
}

/** JSON that is safe wherever it lands, within a script too. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value, null, 2)
  return `${text.replaceAll(/[<>\u2028\u2029\u007f-\u009f]/g, (letter) => `\\u${(letter.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`)}\n`
}

/** A text within a bound, with a note if something is left out. */
export function shortened(text: string, max: number): string {
  const letters = Array.from(text)
  return letters.length <= max ? text : `${letters.slice(0, max - 1).join('')}…`
}
