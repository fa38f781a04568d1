import { validationLimits, withTrusted } from '../judge/checker.ts'
import type { CostMeter } from '../judge/cost.ts'
import type { ReadyProduct } from '../judge/product.ts'
import { checkerFiles, feedbackFiles, readChecker } from '../judge/protocols.ts'
import { runWithin, type Workshop } from '../judge/workshop.ts'
import type { Problem, ProgramSource } from '../problem/problem.ts'
import { decide, type Decision } from '../verdict/precedence.ts'

/** Lets the package's static validator look at the source. Undefined: there is none, or it accepts. */
export async function validateStatically(
  workshop: Workshop,
  problem: Problem,
  submission: ProgramSource,
  language: string,
  cost: CostMeter,
): Promise<Decision | undefined> {
  if (problem.staticValidator === undefined) return undefined
  const outcome = await withTrusted(workshop, problem, problem.staticValidator, async (product) =>
    look(workshop, problem, submission, language, product, cost),
  )
  if (outcome === undefined || 'verdict' in outcome) return outcome
  return decide({ ...outcome, limits: noLimits })
}

const noLimits = { cpuTimeMs: 0, wallTimeMs: 0, outputBytes: 0 }

async function look(
  workshop: Workshop,
  problem: Problem,
  submission: ProgramSource,
  language: string,
  product: ReadyProduct,
  cost: CostMeter,
): Promise<Decision | undefined> {
  const limits = validationLimits(problem)
  const entry = submission.entryPoint ?? Object.keys(submission.files)[0] ?? ''
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
    argv: ['sh', '-c', 'cd submission && exec "$@"', 'sh', ...own, language, entry, `../${checkerFiles.feedback}`],
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
  const decision = decide({ limits: noLimits, check: readChecker('kattis', result) })
  return decision.verdict === 'AC' ? undefined : decision
}
