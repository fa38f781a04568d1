import { KiB, MiB } from '@mayfly/sandbox'
import type { Problem, ProblemLimits, TimingRule } from '../problem/problem.ts'

/** What the problem package formats call typical, for what a package leaves out; a host that has less memory gives what it has. */
export const defaultLimits: ProblemLimits = {
  timeMs: undefined,
  memoryBytes: 2048 * MiB,
  outputBytes: 8 * MiB,
  codeBytes: 128 * KiB,
  compileTimeMs: 60_000,
  compileMemoryBytes: 2048 * MiB,
  validationTimeMs: 60_000,
  validationMemoryBytes: 2048 * MiB,
  validationOutputBytes: 8 * MiB,
  passCount: 1,
}

/** Of the 2025-09 format. */
export const defaultTiming: TimingRule = { resolutionMs: 1000, acceptedToLimit: 2, limitToExceeded: 1.5 }

/** What a file of a package's own may hold: a checker with its headers, files to include. */
export const packageFileBytes = 64 * MiB

/** What a problem has that says no more than how a program is tested: none of what packages of contests have beside. */
export const plainProblem = {
  timing: defaultTiming,
  scoring: false,
  languages: 'all',
  include: {},
  compare: { kind: 'exact' },
  interactor: undefined,
  multiPass: false,
  submitAnswer: false,
  staticValidator: undefined,
  inputValidators: [],
  probes: [],
  tests: { id: '', parts: [], onReject: 'continue', scoring: { kind: 'pass-fail' }, requires: [], hidden: false },
  submissions: [],
  warnings: [],
} as const satisfies Partial<Problem>
