import type { Comparer } from '../compare/comparer.ts'
import type { Compare, FunctionVerdict, Problem, Test } from '../problem/problem.ts'
import type { CheckResult } from '../verdict/facts.ts'
import { runChecker, type Checked, type CheckerOutcome } from './checker.ts'
import type { CostMeter } from './cost.ts'
import type { Workshop } from './workshop.ts'

/** Compares one output by what the problem, or the test, says. */
export async function checkOutput(
  workshop: Workshop & { readonly comparer: Comparer },
  problem: Problem,
  compare: Compare,
  checked: Checked,
  cost: CostMeter,
): Promise<CheckerOutcome> {
  if (compare.kind === 'function') return { check: await checkByFunction(compare, checked) }
  if (compare.kind !== 'program')
    return { check: await workshop.comparer.compare(compare, checked.answer, checked.output) }
  const { protocol, args, isTold = false } = compare
  const told = isTold ? checked : { ...checked, about: undefined }
  let outcome: CheckerOutcome = { check: { kind: 'failed', judgeMessage: 'there is no checker' } }
  // The package's checkers must all accept: the first one that does not has the last word.
  for (const source of compare.programs) {
    outcome = await runChecker(workshop, problem, { source, protocol, args }, told, cost)
    if (outcome.infrastructure !== undefined || outcome.check.kind !== 'accepted') return outcome
  }
  return outcome
}

/** What a checker said, where a problem's checkers may give no more points than a test is worth. */
export function withinPoints({ pointsWithinTest = false }: Problem, test: Test, check: CheckResult): CheckResult {
  const [given, worth] = [check.points, test.points]
  if (!pointsWithinTest || given === undefined || worth === undefined || given < worth) return check
  if (given === worth) return { ...check, kind: 'accepted' }
  return { kind: 'failed', judgeMessage: `the checker gives ${given} points of ${worth}` }
}

async function checkByFunction(
  { check }: Extract<Compare, { kind: 'function' }>,
  { input, answer, output }: Checked,
): Promise<CheckResult> {
  try {
    return resultOfFunction(await check({ input, answer, output }))
  } catch (error) {
    return { kind: 'failed', judgeMessage: error instanceof Error ? error.message : String(error) }
  }
}

function resultOfFunction(said: FunctionVerdict): CheckResult {
  if (typeof said === 'boolean') return { kind: said ? 'accepted' : 'wrong' }
  const { ratio, ...messages } = typeof said === 'number' ? { ratio: said } : said
  if (!(ratio >= 0 && ratio <= 1))
    return { kind: 'failed', judgeMessage: `the comparison returned ${ratio}, not 0 to 1` }
  return { kind: ratio === 1 ? 'accepted' : ratio === 0 ? 'wrong' : 'partial', ratio, ...messages }
}
