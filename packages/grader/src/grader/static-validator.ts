import { validationLimits, withTrusted, type CheckerOutcome } from '../judge/checker.ts'
import type { CostMeter } from '../judge/cost.ts'
import type { ReadyProduct } from '../judge/product.ts'
import { checkerFiles, feedbackFiles, readChecker } from '../judge/protocols.ts'
import { runWithin, type Workshop } from '../judge/workshop.ts'
import { testsOf, type Problem, type ProgramSource } from '../problem/problem.ts'
import type { Judged } from '../judge/judged.ts'
import { decide, type Decision } from '../verdict/precedence.ts'

/** What of a grading its static validator is told. */
interface Looked {
  readonly workshop: Workshop
  readonly problem: Problem
  readonly submission: ProgramSource
  readonly language: string
  /** The file or the class that starts it. */
  readonly entry: string
  readonly cost: CostMeter
}

const noLimits = { cpuTimeMs: 0, wallTimeMs: 0, outputBytes: 0 }

/**
 * Lets the package's static validator look at the source before anything runs, where no test of the package's is for
 * it. Undefined: there is none, or it accepts.
 */
export async function validateStatically(looked: Looked): Promise<Decision | undefined> {
  const { staticValidator, tests } = looked.problem
  if (staticValidator === undefined || testsOf(tests).some(({ isStatic }) => isStatic)) return undefined
  const { decision } = await judgeStatically(looked, [])
  return decision.verdict === 'AC' || decision.verdict === 'PA' ? undefined : decision
}

/** The test of a group that looks at the source. */
export async function judgeStatically(looked: Looked, args: readonly string[]): Promise<Judged> {
  const { workshop, problem } = looked
  const { staticValidator } = problem
  if (staticValidator === undefined) throw new Error('there is no static validator')
  const outcome = await withTrusted(workshop, problem, staticValidator, async (product) => look(looked, product, args))
  const common = { limits: noLimits, memoryBytes: 0, rerunCount: 0, pressure: undefined, passCount: 1 }
  if ('verdict' in outcome) return { ...common, decision: outcome }
  return { ...common, check: outcome.check, decision: decide({ ...outcome, limits: noLimits }) }
}

async function look(
  { workshop, problem, submission, language, entry, cost }: Looked,
  product: ReadyProduct,
  args: readonly string[],
): Promise<Decision | CheckerOutcome> {
  const limits = validationLimits(problem)
  const inside = Object.fromEntries(
    Object.entries(submission.files).map(([path, content]) => [`submission/${path}`, content]),
  )
  const own = product
    .argv(limits.memoryBytes ?? 0)
    .map((word) =>
      word.startsWith('./') || Object.hasOwn(product.start().files, word) ? `../${word.replace(/^\.\//, '')}` : word,
    )
  const start = product.start()
  const command = {
    argv: [
      'sh',
      '-c',
      'cd submission && exec "$@"',
      'sh',
      ...own,
      language,
      entry,
      `../${checkerFiles.feedback}`,
      ...args,
    ],
    env: product.env,
    ...start,
    files: { ...start.files, ...inside, [`${checkerFiles.feedback}.keep`]: '' },
    collect: feedbackFiles,
  }
  const result = await runWithin(workshop, command, limits)
  if (!('status' in result)) {
    const why = 'infrastructure' in result ? result.infrastructure : result.cannotStart
    return { verdict: 'infrastructure' in result ? 'IE' : 'JE', reason: why }
  }
  cost.add(result.usage)
  return { check: readChecker('kattis', result) }
}
