import { globOf } from '../formats/glob.ts'
import type { GradeResult, TestResult } from '../judge/result.ts'
import type { Expectation } from '../problem/problem.ts'
import { bigOf, type Big, type Verdict } from '../verdict/verdict.ts'

/** What differs from what a submission was expected to get, in sentences; none if nothing does. */
export function differences(expectations: readonly Expectation[], result: GradeResult): readonly string[] {
  const ours = [result.verdict, ...result.tests.map(({ verdict }) => verdict)].find(
    (verdict) => verdict === 'JE' || verdict === 'IE',
  )
  if (ours !== undefined) return [`could not be judged: ${ours}, ${result.reason}`]
  return expectations.flatMap((expectation) =>
    differencesOf(expectation, result).map((text) => `${expectation.source}: ${text}`),
  )
}

function differencesOf(expectation: Expectation, result: GradeResult): readonly string[] {
  const tests = testsAt(expectation.where, result)
  const got = tests.length === 0 ? [result.verdict] : tests.map(({ verdict }) => verdict)
  return [
    ...notPermitted(expectation.permitted, tests, result),
    ...notThere(expectation.required, got),
    ...notFinal(expectation.final, result),
    ...notWithin(
      expectation.score,
      expectation.where === undefined ? result.score : scoreAt(expectation.where, result),
    ),
    ...notSaid(expectation.message, tests),
  ]
}

function testsAt(where: string | undefined, { tests }: GradeResult): readonly TestResult[] {
  if (where === undefined) return tests
  return tests.filter(({ id }) => isAt(where, id))
}

/** Whether a test, or a group that it is in, is meant by a glob; `secret/` may be left out. */
export function isAt(where: string, id: string): boolean {
  return globOf(where)(id) || globOf(`secret/${where}`)(id)
}

function scoreAt(where: string, { groups }: GradeResult): number | undefined {
  return groups.find(({ id }) => id === where || id === `secret/${where}`)?.score
}

/** What a part of the points is to one who knows accepted and rejected only. */
function plain(verdict: Verdict): Big | null {
  return verdict === 'PA' ? 'AC' : bigOf(verdict)
}

function notPermitted(
  permitted: readonly Big[] | undefined,
  tests: readonly TestResult[],
  result: GradeResult,
): readonly string[] {
  if (permitted === undefined) return []
  const isBad = (verdict: Verdict): boolean => verdict !== 'SK' && !permitted.includes(plain(verdict) ?? 'CE')
  if (tests.length === 0) return isBad(result.verdict) ? [`${result.verdict} is not among ${permitted.join(', ')}`] : []
  const bad = tests.find(({ verdict }) => isBad(verdict))
  return bad === undefined
    ? []
    : [`${bad.id} got ${bad.verdict}, only ${permitted.join(', ')} are permitted (${bad.evidence.reason})`]
}

function notThere(required: readonly Verdict[] | undefined, got: readonly Verdict[]): readonly string[] {
  if (
    required === undefined ||
    got.some((verdict) => required.some((each) => each === verdict || each === plain(verdict)))
  )
    return []
  return [`no test got ${required.join(' or ')}`]
}

function notFinal(final: readonly string[] | undefined, { verdict }: GradeResult): readonly string[] {
  if (final === undefined || final.includes(verdict) || final.includes(bigOf(verdict) ?? '')) return []
  return [`got ${verdict}, expected ${final.join(' or ')}`]
}

function notWithin(range: readonly [number, number] | undefined, score: number | undefined): readonly string[] {
  if (range === undefined) return []
  const [low, high] = range
  const isWithin = score !== undefined && score >= low - 1e-9 && score <= high + 1e-9
  return isWithin ? [] : [`the score is ${score ?? 'not there'}, expected ${low === high ? low : `${low} to ${high}`}`]
}

function notSaid(message: string | undefined, tests: readonly TestResult[]): readonly string[] {
  if (message === undefined || tests.some(({ feedback }) => feedback.judge?.includes(message))) return []
  return [`no judge message holds ${JSON.stringify(message)}`]
}
