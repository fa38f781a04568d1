import type { Group, Scoring } from '../problem/problem.ts'
import { isFailure, worst, type Verdict } from '../verdict/verdict.ts'

/** What a part of a group got. */
export interface Scored {
  readonly id: string
  readonly verdict: Verdict
  readonly score?: number | undefined
  readonly maxScore?: number | undefined
}

/** What a group gets for its parts. Pure; a grader of the package's own is asked elsewhere. */
export function scoreGroup(group: Group, parts: readonly Scored[]): Scored {
  const { scoring, id } = group
  if (scoring.kind === 'pass-fail') return { id, verdict: worst(parts.map(({ verdict }) => verdict)) }
  if (scoring.kind === 'points') return scorePoints(group, scoring.aggregate, parts)
  return scoreByGrader(group, scoring, parts)
}

function scorePoints(group: Group, aggregate: 'pass-fail' | 'sum' | 'min', parts: readonly Scored[]): Scored {
  const { id } = group
  const counted = parts.filter(({ score, maxScore }) => score !== undefined || maxScore !== undefined)
  const scores = counted.map(({ score }) => score ?? 0)
  const maxima = counted.map(({ maxScore }) => maxScore)
  const maxScore = group.maxScore ?? maximumOf(aggregate, maxima)
  const verdict = worst(parts.map((part) => part.verdict))
  const total = totalOf(aggregate, scores, verdict, maxScore)
  if (group.scoring.kind === 'points' && group.scoring.strict === true && total > (maxScore ?? total) + rounding)
    return { id, verdict: 'JE', score: maxScore, maxScore }
  const bounded = maxScore === undefined ? total : Math.min(total, maxScore)
  return { id, verdict: partly(verdict, bounded, maxScore), score: bounded, maxScore }
}

const rounding = 1e-9

function totalOf(aggregate: string, scores: readonly number[], verdict: Verdict, maxScore: number | undefined): number {
  if (aggregate === 'sum') return scores.reduce((sum, score) => sum + score, 0)
  if (aggregate === 'min') return scores.length === 0 ? 0 : Math.min(...scores)
  return verdict === 'AC' ? (maxScore ?? scores[0] ?? 0) : 0
}

function maximumOf(aggregate: string, maxima: readonly (number | undefined)[]): number | undefined {
  if (maxima.length === 0 || maxima.includes(undefined)) return undefined
  const known = maxima.filter((each) => each !== undefined)
  return aggregate === 'sum' ? known.reduce((sum, each) => sum + each, 0) : Math.min(...known)
}

/** Some points without all of them are a verdict of their own, unless something of ours broke. */
function partly(verdict: Verdict, score: number, maxScore: number | undefined): Verdict {
  if (verdict === 'AC') return maxScore !== undefined && score < maxScore ? 'PA' : 'AC'
  return verdict === 'IE' || verdict === 'JE' || verdict === 'CE' || verdict === 'CTL' || score <= 0 ? verdict : 'PA'
}

const bySeverity: readonly Verdict[] = ['JE', 'IE', 'RTE', 'SV', 'MLE', 'TLE', 'WTL', 'ILE', 'OLE', 'WA', 'PE', 'NO']

type Grading = Extract<Scoring, { kind: 'kattis-grader' }>

/** As the default grader of the legacy format does. */
function scoreByGrader(group: Group, scoring: Grading, parts: readonly Scored[]): Scored {
  const counted = scoring.ignoreSample && group.id === '' ? parts.filter(({ id }) => id !== 'sample') : parts
  const told = counted.filter(({ verdict }) => verdict !== 'SK')
  const scores = told.map(({ score }) => score ?? 0)
  const verdict = graderVerdict(
    scoring,
    told.map((part) => part.verdict),
  )
  const [low, high] = scoring.range
  const score = Math.min(high, Math.max(low, combine(scoring.score, scores)))
  const maxScore = scoring.objective === 'min' ? undefined : bestOf(scoring, counted)
  const { id } = group
  if (id !== '') return { id, verdict, score, maxScore }
  // Points of what is rejected as a whole are nobody's.
  if (isFailure(verdict)) return { id, verdict, score: scoring.objective === 'min' ? score : 0, maxScore }
  const isLess = scoring.objective === 'min' && Number.isFinite(low) && score > low
  return { id, verdict: isLess ? 'PA' : partly(verdict, score, maxScore), score, maxScore }
}

function bestOf({ range: [, high], score }: Grading, parts: readonly Scored[]): number | undefined {
  return Number.isFinite(high) ? high : maximumFor(score, parts)
}

function graderVerdict(scoring: Grading, list: readonly Verdict[]): Verdict {
  const errors: readonly Verdict[] = list.filter(isFailure)
  const ours = errors.find((verdict) => verdict === 'IE' || verdict === 'JE')
  if (ours !== undefined) return ours
  if (scoring.verdict === 'always_accept' || errors.length === 0) return 'AC'
  if (scoring.acceptIfAnyAccepted && errors.length < list.length) return 'AC'
  if (scoring.verdict === 'first_error') return errors[0] ?? 'AC'
  return bySeverity.find((verdict) => errors.includes(verdict)) ?? errors[0] ?? 'AC'
}

function combine(mode: 'sum' | 'avg' | 'min' | 'max', scores: readonly number[]): number {
  if (scores.length === 0) return 0
  if (mode === 'min') return Math.min(...scores)
  if (mode === 'max') return Math.max(...scores)
  const sum = scores.reduce((total, score) => total + score, 0)
  return mode === 'sum' ? sum : sum / scores.length
}

function maximumFor(mode: 'sum' | 'avg' | 'min' | 'max', parts: readonly Scored[]): number | undefined {
  const maxima = parts.map(({ maxScore }) => maxScore)
  return maxima.includes(undefined) || maxima.length === 0
    ? undefined
    : combine(
        mode,
        maxima.map((each) => each ?? 0),
      )
}

/** What a test is worth by its verdict, and by what the checker said of it. */
export function scoreTest(
  verdict: Verdict,
  told: { readonly ratio?: number; readonly points?: number } | undefined,
  worth: { readonly full: number | undefined; readonly none: number },
): number | undefined {
  if (verdict !== 'AC' && verdict !== 'PA')
    return worth.full === undefined && told === undefined ? undefined : worth.none
  if (told?.points !== undefined) return told.points
  return worth.full === undefined ? undefined : (told?.ratio ?? 1) * worth.full
}
