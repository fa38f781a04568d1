import { GraderError } from '../errors.ts'
import type { GradeResult, TestResult } from '../judge/result.ts'
import { digestOfProgram } from './digest.ts'
import type { Problem, ProgramSource } from '../problem/problem.ts'
import type { Shared } from './shared.ts'

/** What came of judging something once more. */
export interface ReplayReport {
  /** Every verdict and every score is what it was. */
  readonly same: boolean
  /** Tests, or the whole, whose verdict or score is another one now. */
  readonly differences: readonly { readonly what: string; readonly before: string; readonly now: string }[]
  /** What it is judged by that is not what it was: the kernel, a compiler, the grader. */
  readonly changed: readonly { readonly what: string; readonly before: string; readonly now: string }[]
  readonly result: GradeResult
}

/** Throws `INVALID_OPTION` where a problem or a submission is not the one that a result tells of. */
export async function requireSame(
  shared: Shared,
  earlier: GradeResult,
  problem: Problem,
  submission: ProgramSource,
): Promise<void> {
  const { problemDigest, submissionDigest } = earlier.provenance
  if ((await shared.digestOf(problem)) !== problemDigest)
    throw new GraderError(
      'INVALID_OPTION',
      `the problem is not the one that was judged by: its digest is not ${problemDigest}`,
    )
  if (digestOfProgram(submission) !== submissionDigest)
    throw new GraderError(
      'INVALID_OPTION',
      `the submission is not the one that was judged: its digest is not ${submissionDigest}`,
    )
}

/** Compares two results of the same submission. */
export function compareResults(earlier: GradeResult, result: GradeResult): ReplayReport {
  const differences = [
    ...different('the whole', summaryOf(earlier), summaryOf(result)),
    ...earlier.tests.flatMap((test) =>
      different(test.id, summaryOf(test), summaryOf(result.tests.find(({ id }) => id === test.id))),
    ),
  ]
  const [then, now] = [earlier.provenance, result.provenance]
  const tools = new Set([...Object.keys(then.toolchain), ...Object.keys(now.toolchain)])
  const changed = [
    ...different('kernel', then.host.kernel, now.host.kernel),
    ...different('architecture', then.host.architecture, now.host.architecture),
    ...different('processor', then.host.cpu, now.host.cpu),
    ...different('cores', String(then.host.cores), String(now.host.cores)),
    ...different('image', then.image, now.image),
    ...different('grader', then.graderVersion, now.graderVersion),
    ...[...tools].flatMap((tool) => different(tool, then.toolchain[tool] ?? 'none', now.toolchain[tool] ?? 'none')),
  ]
  return { same: differences.length === 0, differences, changed, result }
}

function summaryOf(told: Pick<TestResult, 'verdict' | 'score'> | undefined): string {
  if (told === undefined) return 'not there'
  return told.score === undefined ? told.verdict : `${told.verdict}, ${told.score} points`
}

function different(what: string, before: string, now: string): ReplayReport['differences'] {
  return before === now ? [] : [{ what, before, now }]
}
