import type { RunResult } from '@mayfly/sandbox'
import { validationLimits, withTrusted } from '../judge/checker.ts'
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
  const outcome = await withTrusted(workshop, problem, source, async (product) => {
    const limits = validationLimits(problem)
    const told = parts.filter(({ verdict }) => verdict !== 'SK')
    const stdin = told.map(({ verdict, score }) => `${bigOf(verdict) ?? verdict} ${score ?? 0}\n`).join('')
    const argv = [...product.argv(limits.memoryBytes ?? 0), ...scoring.flags]
    return runWithin(workshop, { argv, env: product.env, stdin, ...product.start() }, limits)
  })
  if (!('status' in outcome)) return { id, verdict: 'infrastructure' in outcome ? 'IE' : 'JE' }
  cost.add(outcome.usage)
  return read(outcome, id, scoring.range)
}

function read(result: RunResult, id: string, [, high]: readonly [number, number]): Scored {
  const [, word = '', points] = /^\s*([A-Z]+)\s+(\S+)\s*$/.exec(String(result.stdout)) ?? []
  const score = Number(points)
  const isRight = result.status === 'exited' && result.exitCode === 0 && isVerdict(word) && Number.isFinite(score)
  if (!isRight) return { id, verdict: 'JE' }
  return { id, verdict: word, score, ...(Number.isFinite(high) ? { maxScore: high } : {}) }
}

function isVerdict(word: string): word is Verdict {
  return Object.hasOwn(verdicts, word)
}
