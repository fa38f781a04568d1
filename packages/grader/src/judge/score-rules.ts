import type { Group, Test } from '../problem/problem.ts'
import type { CheckResult } from '../verdict/facts.ts'

/**
 * What a validator did with points that its package's format does not allow, in a sentence; undefined: nothing. On
 * samples nobody looks at them.
 */
export function misusedScore({ scoring }: Group, test: Test, check: CheckResult | undefined): string | undefined {
  if (check === undefined || check.kind === 'failed') return undefined
  if (scoring.kind === 'kattis-grader') return misusedInLegacy(scoring.customScore, check)
  if (scoring.kind !== 'points' || scoring.strict !== true) return undefined
  const { scoreFile, points } = check
  const isAccepted = check.kind === 'accepted' || check.kind === 'partial'
  if (!isAccepted) return scoreFile === undefined ? undefined : `the validator rejects, and wrote ${scoreFile}`
  if (scoring.aggregate === 'pass-fail')
    return scoreFile === undefined ? undefined : `the validator wrote ${scoreFile} in a group that is all or nothing`
  if (test.points === undefined)
    return points === undefined ? 'the validator wrote no score.txt, and the points have no bound' : negative(points)
  if (points !== undefined && points > test.points + rounding)
    return `the validator wrote ${points} to score.txt, and the test is worth ${test.points}`
  return points === undefined ? undefined : negative(points)
}

const rounding = 1e-9

function negative(points: number): string | undefined {
  return points < 0 ? `the validator wrote ${points} to score.txt, and points are never negative` : undefined
}

function misusedInLegacy(customScore: boolean, { scoreFile, kind }: CheckResult): string | undefined {
  if (scoreFile === undefined) return undefined
  if (!customScore) return `the validator wrote ${scoreFile}, and \`validation\` says nothing of a score`
  return kind === 'wrong' ? `the validator rejects, and wrote ${scoreFile}` : undefined
}
