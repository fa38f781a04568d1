import { verdictsNamed } from './annotations.ts'
import type { Expectation, Scoring, TimeRule } from '../../problem/problem.ts'
import type { Big } from '../../verdict/verdict.ts'

/** What is promised of submissions, and what it has to do with the time limit. */
export interface Promises {
  readonly expectations: readonly Expectation[]
  readonly timing: readonly TimeRule[]
}

/** Which verdicts tests may get, and which some test must. */
export interface VerdictRule {
  readonly permitted?: readonly Big[]
  readonly required?: readonly Big[]
}

/** Of the 2025-09 format; a package may put others in their place. */
export const modernDirectories: Readonly<Record<string, VerdictRule>> = {
  accepted: { permitted: ['AC'] },
  rejected: { required: ['RTE', 'TLE', 'WA'] },
  wrong_answer: { permitted: ['AC', 'WA'], required: ['WA'] },
  time_limit_exceeded: { permitted: ['AC', 'TLE'], required: ['TLE'] },
  run_time_error: { permitted: ['AC', 'RTE'], required: ['RTE'] },
  brute_force: { permitted: ['AC', 'RTE', 'TLE'], required: ['RTE', 'TLE'] },
}

interface LegacyDirectory {
  /** What the whole submission gets, judged as the package says. */
  readonly final: readonly string[]
  /** What does as well, with all tests judged: the format's own words, which its judge does not go by. */
  readonly instead?: VerdictRule
  readonly useForTimeLimit?: 'lower' | 'upper'
}

const crashes: LegacyDirectory = { final: ['RTE'], instead: { required: ['RTE'] } }

/** Of the legacy format, and the directories that are met in real packages of it. */
const legacyDirectories: Readonly<Record<string, LegacyDirectory>> = {
  accepted: { final: ['AC'], useForTimeLimit: 'lower' },
  // Right, and maybe too slow.
  slow_accepted: { final: ['AC', 'TLE'] },
  rejected: { final: ['RTE', 'TLE', 'WA', 'CE'] },
  wrong_answer: { final: ['WA'], instead: { permitted: ['AC', 'WA'], required: ['WA'] } },
  time_limit_exceeded: {
    final: ['TLE'],
    instead: { permitted: ['AC', 'WA', 'TLE'], required: ['TLE'] },
    useForTimeLimit: 'upper',
  },
  run_time_error: crashes,
  runtime_error: crashes,
  compiler_error: { final: ['CE'] },
}

/** What a directory of a legacy package promises; undefined: nothing. */
export function ofLegacyDirectory(directory: string, scoring: Scoring): Promises | undefined {
  const source = `${directory}/`
  if (directory === 'partially_accepted' && scoring.kind === 'kattis-grader') {
    // Without a bound on the points there is no telling whether these are all.
    const bound = scoring.objective === 'max' ? scoring.range[1] : scoring.range[0]
    return { expectations: [{ source, final: Number.isFinite(bound) ? ['PA'] : ['PA', 'AC'] }], timing: [] }
  }
  const rule = Object.hasOwn(legacyDirectories, directory) ? legacyDirectories[directory] : namedByResult(directory)
  if (rule === undefined) return undefined
  const { final, instead, useForTimeLimit } = rule
  return {
    expectations: [{ source, final, ...(instead === undefined ? {} : { instead: { source, ...instead } }) }],
    timing: useForTimeLimit === undefined ? [] : [{ bound: useForTimeLimit }],
  }
}

/** As DOMjudge has it: any of its results is the name of a directory. */
function namedByResult(directory: string): LegacyDirectory | undefined {
  const final = verdictsNamed(directory)
  return final === undefined || final.length === 0 ? undefined : { final }
}
