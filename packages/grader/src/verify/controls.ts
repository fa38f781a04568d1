import { judgeBatch } from '../judge/batch.ts'
import { CostMeter } from '../judge/cost.ts'
import { judgeInteractive } from '../judge/interactive.ts'
import type { ReadyProduct } from '../judge/product.ts'
import { nothing } from '../judge/result.ts'
import { skippedTest, testResultOf } from '../judge/test-result.ts'
import { walkTests } from '../judge/walk.ts'
import type { Shared } from '../grader/shared.ts'
import type { Problem } from '../problem/problem.ts'
import { isFailure, isOurs, type Verdict } from '../verdict/verdict.ts'

/** Something that solves no problem. */
export type ControlName = 'empty' | 'echo' | 'exit' | 'endless' | 'random'

const random = 'BEGIN { srand(4711); for (i = 0; i < 50; i++) print int(rand() * 1000000), rand() }'

/** What each of them runs; each must fail some test of every problem. */
const commands: { readonly [Name in ControlName]: readonly string[] } = {
  empty: ['sh', '-c', 'cat >/dev/null'],
  echo: ['cat'],
  exit: ['true'],
  endless: ['yes', '1'],
  random: ['awk', random],
}

/** Names of all negative controls. */
export const controlNames = Object.keys(commands) as readonly ControlName[]

/** What a problem said to something that does not solve it. */
export interface ControlReport {
  readonly name: ControlName
  readonly verdict: Verdict
  /** A checker that accepts this checks nothing, or the tests do not. */
  readonly accepted: boolean
  /** Whether it was rejected, and that by a judge that works. */
  readonly ok: boolean
  readonly score?: number
}

/** Judges a negative control until it fails a test. */
export async function judgeControl(
  shared: Shared,
  problem: Problem,
  timeMs: number,
  name: ControlName,
): Promise<ControlReport> {
  const { workshop } = shared
  const about = { source: new Uint8Array(), language: name }
  const job = { workshop, problem, timeMs, program: productOf(name), about, cost: new CostMeter() }
  const { tests, interactor } = problem
  const failures: Verdict[] = []
  const { score } = await walkTests(tests, 'first-failure', 1, {
    test: async (test, group) => {
      if (test.isStatic) return skippedTest(test, group, 'there is no source')
      const judged = interactor === undefined ? judgeBatch(job, test) : judgeInteractive(job, test, interactor)
      return testResultOf(test, group, await judged, workshop.nearLimit)
    },
    skipped: skippedTest,
    onTest: ({ verdict }) => {
      if (isFailure(verdict)) failures.push(verdict)
    },
    onGroup: () => {},
  })
  const verdict = failures[0] ?? 'AC'
  const accepted = failures.length === 0
  const ok = !accepted && !isOurs(verdict)
  return { name, verdict, accepted, ok, ...(score === undefined ? {} : { score }) }
}

function productOf(name: ControlName): ReadyProduct {
  return {
    kind: 'ready',
    language: 'control',
    messages: nothing,
    usage: undefined,
    argv: () => commands[name],
    env: {},
    start: () => ({ files: {} }),
    ownProcessCount: 0,
    entry: '',
    close: async () => {},
  }
}
