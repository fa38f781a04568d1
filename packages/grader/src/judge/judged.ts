import type { RunResult } from '@mayfly/sandbox'
import type { Test } from '../problem/problem.ts'
import type { CheckResult, JudgedLimits } from '../verdict/facts.ts'
import { decide, type Decision } from '../verdict/precedence.ts'
import type { CheckerOutcome } from './checker.ts'
import type { Job } from './job.ts'
import { limitsOfTest } from './run-limits.ts'

/** What is known of a test once it has been judged. */
export interface Judged {
  /** What both said, in an interactive problem. */
  readonly dialogue?: string
  readonly decision: Decision
  readonly limits: JudgedLimits
  readonly memoryBytes: number
  readonly run?: RunResult
  readonly check?: CheckResult
  readonly exitedFirst?: 'submission' | 'interactor'
  readonly rerunCount: number
  readonly pressure: number | undefined
  readonly passCount: number
  /** What the answer should have been. */
  readonly answer?: Uint8Array
}

/** What the package, or we, failed at before anything of the submission ran. */
export function notReady(job: Job, test: Test, outcome: CheckerOutcome): Judged {
  const { judged: limits } = limitsOfTest(job, test)
  const decision = decide({ ...outcome, limits })
  return { decision, limits, memoryBytes: 0, rerunCount: 0, pressure: undefined, passCount: 0 }
}
