import { packageError } from '../../errors.ts'
import type { ProblemSubmission } from '../../problem/problem.ts'
import type { Verdict } from '../../verdict/verdict.ts'

const slow: readonly Verdict[] = ['TLE', 'WTL', 'ILE']
const crashed: readonly Verdict[] = ['RTE', 'MLE', 'SV']
const wrong: readonly Verdict[] = ['WA', 'NO']

const tags: Readonly<Record<string, readonly Verdict[]>> = {
  main: ['AC'],
  accepted: ['AC'],
  'wrong-answer': wrong,
  'presentation-error': ['PE', ...wrong],
  'time-limit-exceeded': slow,
  'time-limit-exceeded-or-accepted': ['AC', ...slow],
  'time-limit-exceeded-or-memory-limit-exceeded': [...slow, 'MLE'],
  'memory-limit-exceeded': ['MLE'],
  rejected: [...wrong, 'PE', ...slow, ...crashed, 'OLE', 'PA'],
  failed: [...crashed, ...wrong],
}

/** What a solution's tag promises of it. */
export function promiseOf(tag: string, file: string): Pick<ProblemSubmission, 'expectations' | 'useForTimeLimit'> {
  const final = tags[tag]
  if (final === undefined) throw packageError(file, `a solution has the tag ${tag}, which is not known`)
  return { expectations: [{ source: `tag ${tag}`, final }], useForTimeLimit: false }
}
