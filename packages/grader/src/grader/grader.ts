import { readProgram } from '../formats/tree.ts'
import { loadProblem } from '../formats/load.ts'
import type { LanguageReport } from '../languages/installed.ts'
import type { GradeResult } from '../judge/result.ts'
import type { Problem, ProgramSource } from '../problem/problem.ts'
import type { TimeLimits } from '../verify/calibrate.ts'
import { Calibrations } from '../verify/calibrations.ts'
import { verifyProblem, type VerifyOptions, type VerifyReport } from '../verify/verify.ts'
import type { GradeEvent } from './events.ts'
import { gradeSubmission } from './grade.ts'
import type { GradeOptions } from './options.ts'
import { compareResults, requireSame, type ReplayReport } from './replay.ts'
import type { Shared } from './shared.ts'

/** Judges submissions. Any number may be judged at once: cores and memory are shared out. */
export class Grader implements AsyncDisposable {
  readonly #shared: Shared
  readonly #calibrations: Calibrations

  constructor(shared: Shared) {
    this.#shared = shared
    this.#calibrations = new Calibrations(shared)
  }

  /**
   * Judges one submission. Paths are read first. Rejects with a `GraderError` for a package or a submission that cannot
   * be judged at all, and with the signal's reason if it is aborted; everything else is a verdict.
   */
  async grade(
    problem: Problem | string,
    submission: ProgramSource | string,
    options: GradeOptions = {},
  ): Promise<GradeResult> {
    const loaded = typeof problem === 'string' ? await loadProblem(problem) : problem
    const read = typeof submission === 'string' ? await readSubmission(submission, loaded) : submission
    const timeMs = options.timeMs ?? loaded.limits.timeMs ?? (await this.calibrate(loaded, options)).timeMs
    return gradeSubmission(this.#shared, loaded, read, timeMs, options)
  }

  /** The same, as a stream of what happens; the last event is `done`. Leaving the loop early aborts it. */
  async *stream(
    problem: Problem | string,
    submission: ProgramSource | string,
    options: Omit<GradeOptions, 'onEvent'> = {},
  ): AsyncGenerator<GradeEvent, void> {
    const queue: GradeEvent[] = []
    let wake = (): void => {}
    const controller = new AbortController()
    const signal =
      options.signal === undefined ? controller.signal : AbortSignal.any([options.signal, controller.signal])
    const onEvent = (event: GradeEvent): void => {
      queue.push(event)
      wake()
    }
    const state = { over: false }
    const grading = this.grade(problem, submission, { ...options, signal, onEvent }).finally(() => {
      state.over = true
      wake()
    })
    grading.catch(() => {})
    try {
      while (!state.over || queue.length > 0) {
        const event = queue.shift()
        if (event !== undefined) yield event
        else await new Promise<void>((resolve) => (wake = resolve))
      }
      await grading
    } finally {
      controller.abort()
    }
  }

  /**
   * Judges again what an earlier result tells of, with the same limits, and tells what differs. Rejects with
   * `INVALID_OPTION` where the problem or the submission is another one.
   */
  async replay(
    earlier: GradeResult,
    problem: Problem | string,
    submission: ProgramSource | string,
  ): Promise<ReplayReport> {
    const loaded = typeof problem === 'string' ? await loadProblem(problem) : problem
    const read = typeof submission === 'string' ? await readSubmission(submission, loaded) : submission
    await requireSame(this.#shared, earlier, loaded, read)
    const { limits, evaluate } = earlier.provenance
    const timeMs = limits.cpuTimeMs
    const options = { evaluate, ...(timeMs === undefined ? {} : { timeMs }) }
    return compareResults(earlier, await this.grade(loaded, read, options))
  }

  /**
   * Computes the time limit as the problem's format says, from the submissions that came with it; once for each problem.
   * Rejects with the signal's reason once that is aborted; what was run for it ends then, unless others wait for it too.
   */
  async calibrate(
    problem: Problem,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<TimeLimits> {
    return this.#calibrations.of(problem, signal)
  }

  /** Judges every submission that came with a problem, and some that should fail whatever the problem is. */
  async verify(problem: Problem | string, options: VerifyOptions = {}): Promise<VerifyReport> {
    const loaded = typeof problem === 'string' ? await loadProblem(problem) : problem
    const limits = loaded.limits.timeMs === undefined ? await this.calibrate(loaded, options) : undefined
    return verifyProblem(this.#shared, loaded, limits, options)
  }

  /** Which languages can be judged here, and by what. */
  async languages(): Promise<readonly LanguageReport[]> {
    const { workshop } = this.#shared
    return workshop.installed.report(workshop)
  }

  /** Frees what it holds; the sandbox stays open. May be called twice. */
  async close(): Promise<void> {
    const { cache, comparer, pressure } = this.#shared.workshop
    await Promise.all([cache.close(), comparer.close()])
    pressure.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

/** Reads a submission from a file or a folder; links and what is too large are refused. */
export async function readSubmission(path: string, { limits }: Problem): Promise<ProgramSource> {
  return readProgram(path, path.split('/').at(-1) ?? path, { bytesMax: limits.codeBytes })
}
