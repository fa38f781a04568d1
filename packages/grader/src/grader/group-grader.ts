import { compileTrusted, validationLimits } from '../judge/checker.ts'
import type { CostMeter } from '../judge/cost.ts'
import type { Scored } from '../judge/scores.ts'
import { runWithin, type Workshop } from '../judge/workshop.ts'
import type { Group, Problem } from '../problem/problem.ts'
import { bigOf, verdicts, type Verdict } from '../verdict/verdict.ts'

/** Asks a grader of the package's own what a group gets: lines `AC 12.5` in, one such line out. */
export async function gradeByProgram(
  workshop: Workshop,
  problem: Problem,
  group: Group,
  parts: readonly Scored[],
  cost: CostMeter,
): Promise<Scored | undefined> {
  const { scoring, id } = group
  if (scoring.kind !== 'kattis-grader') return undefined
  const [source] = scoring.programs
  if (source === undefined || parts.every(({ verdict }) => verdict === 'SK')) return undefined
  const product = await compileTrusted(workshop, problem, source)
  if (!('kind' in product)) return { id, verdict: product.infrastructure === undefined ? 'JE' : 'IE' }
  const limits = validationLimits(problem)
  const told = parts.filter(({ verdict }) => verdict !== 'SK')
  const stdin = told.map(({ verdict, score }) => `${bigOf(verdict) ?? verdict} ${score ?? 0}\n`).join('')
  const command = {
    argv: [...product.argv(limits.memoryBytes ?? 0), ...scoring.flags],
    env: product.env,
    stdin,
    files: product.start().files,
  }
  const result = await runWithin(workshop, command, limits)
  if ('infrastructure' in result) return { id, verdict: 'IE' }
  if ('cannotStart' in result) return { id, verdict: 'JE' }
  cost.add(result.usage)
  const [, word = '', points] = /^\s*([A-Z]+)\s+(\S+)\s*$/.exec(String(result.stdout)) ?? []
  const score = Number(points)
  const isRight = result.status === 'exited' && result.exitCode === 0 && isVerdict(word) && Number.isFinite(score)
  if (!isRight) return { id, verdict: 'JE' }
  const [, high] = scoring.range
  return { id, verdict: word, score, ...(Number.isFinite(high) ? { maxScore: high } : {}) }
}

function isVerdict(word: string): word is Verdict {
  return Object.hasOwn(verdicts, word)
}
