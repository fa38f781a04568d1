import { packageError } from '../../errors.ts'
import type { Expectation } from '../../problem/problem.ts'
import type { Big, Verdict } from '../../verdict/verdict.ts'

/** A solution that nobody is to run. */
export const doNotRun = 'do-not-run'

interface Promise {
  /** Some test gets one of these. */
  readonly required?: readonly Verdict[]
  /** Every test gets one of these. */
  readonly permitted?: readonly Big[]
}

const failures: readonly Verdict[] = ['WA', 'TLE', 'RTE']

/** What a tag says of the tests: with points, the verdict on all of them may be a part of the points. */
const tags: Readonly<Record<string, Promise>> = {
  main: { permitted: ['AC'] },
  accepted: { permitted: ['AC'] },
  'wrong-answer': { required: ['WA'] },
  'presentation-error': { required: ['PE', 'WA'] },
  'time-limit-exceeded': { required: ['TLE'] },
  'time-limit-exceeded-or-accepted': { permitted: ['AC', 'TLE'] },
  'time-limit-exceeded-or-memory-limit-exceeded': { required: ['TLE', 'MLE'] },
  'memory-limit-exceeded': { required: ['MLE'] },
  rejected: { required: failures },
  failed: { required: failures },
}

/** What a solution's tag promises of it, or of it on a group of tests. */
export function promiseOf(tag: string, file: string, group?: string): Expectation {
  const promise = tags[tag]
  if (promise === undefined) throw packageError(file, `a solution has the tag ${tag}, which is not known`)
  const source = group === undefined ? `tag ${tag}` : `tag ${tag} on group ${group}`
  return { source, ...promise, ...(group === undefined ? {} : { where: `${group}/*` }) }
}

/** Types of sources by how they begin, longer ones before shorter ones. */
const types: readonly (readonly [string, string])[] = [
  ['python.pypy3', 'pypy3'],
  ['python.3', 'python3'],
  ['cpp.', 'cpp'],
  ['c.', 'c'],
  ['java', 'java'],
  ['pas.', 'pascal'],
  ['kotlin', 'kotlin'],
  ['csharp.', 'csharp'],
]

/** The language of a source by its type; undefined where its name must do. */
export function languageOf(type: string): string | undefined {
  return types.find(([start]) => type.startsWith(start))?.[1]
}
