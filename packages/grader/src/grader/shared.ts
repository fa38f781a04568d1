import { checkOutput } from '../judge/check.ts'
import type { Judged } from '../judge/judged.ts'
import type { CostMeter } from '../judge/cost.ts'
import type { GradingWorkshop } from '../judge/job.ts'
import type { Problem, ProgramSource, Test } from '../problem/problem.ts'
import { decide } from '../verdict/precedence.ts'
import { digestOfProblem } from './digest.ts'

/** What gradings of one grader share. */
export class Shared {
  readonly workshop: GradingWorkshop
  readonly #digests: WeakMap<Problem, Promise<string>>

  constructor(workshop: GradingWorkshop, digests = new WeakMap<Problem, Promise<string>>()) {
    this.workshop = workshop
    this.#digests = digests
  }

  /** The same, for one job that a signal ends. */
  until(signal: AbortSignal | undefined): Shared {
    return signal === undefined ? this : new Shared({ ...this.workshop, signal }, this.#digests)
  }

  async digestOf(problem: Problem): Promise<string> {
    const known = this.#digests.get(problem) ?? digestOfProblem(problem)
    this.#digests.set(problem, known)
    return known
  }

  /** Judges a submission that is itself the output, one file for each test: `03.out` or `03.ans` for `secret/03`. */
  async judgeAnswer(problem: Problem, { files }: ProgramSource, test: Test, cost: CostMeter): Promise<Judged> {
    const limits = { cpuTimeMs: 0, wallTimeMs: 0, outputBytes: problem.limits.outputBytes }
    const common = { limits, memoryBytes: 0, rerunCount: 0, pressure: undefined, passCount: 1 }
    const stem = test.id.split('/').at(-1) ?? test.id
    const names = [test.id, stem].flatMap((name) => [`${name}.out`, `${name}.ans`])
    const output = names.map((name) => files[name]).find((file) => file !== undefined)
    if (output === undefined) return { ...common, decision: { verdict: 'NO', reason: `there is no ${stem}.out` } }
    const [input, answer] = await Promise.all([
      this.workshop.blobs.read(test.input),
      this.workshop.blobs.read(test.answer),
    ])
    const checked = { input, answer, output, flags: test.checkerFlags }
    const { check, infrastructure } = await checkOutput(
      this.workshop,
      problem,
      test.compare ?? problem.compare,
      checked,
      cost,
    )
    const facts = { limits, check, ...(infrastructure === undefined ? {} : { infrastructure }) }
    return { ...common, check, decision: decide(facts) }
  }
}
