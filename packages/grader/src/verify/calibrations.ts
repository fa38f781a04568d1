import type { Shared } from '../grader/shared.ts'
import { unlessAborted } from '../judge/unless-aborted.ts'
import type { Problem } from '../problem/problem.ts'
import { calibrate, type TimeLimits } from './calibrate.ts'

interface Calibration {
  readonly limits: Promise<TimeLimits>
  readonly controller: AbortController
  waiterCount: number
}

/** Time limits that are computed once for each problem, for as long as anyone waits for them. */
export class Calibrations {
  readonly #shared: Shared
  readonly #known = new WeakMap<Problem, Calibration>()

  constructor(shared: Shared) {
    this.#shared = shared
  }

  /** What was computed, or is being computed. A failure is not kept. Rejects with the signal's reason once it is aborted. */
  async of(problem: Problem, signal?: AbortSignal): Promise<TimeLimits> {
    const calibration = this.#known.get(problem) ?? this.#start(problem)
    calibration.waiterCount++
    try {
      return await unlessAborted(calibration.limits, signal)
    } catch (error) {
      if (calibration.waiterCount === 1) this.#stop(problem, calibration)
      throw error
    } finally {
      calibration.waiterCount--
    }
  }

  #start(problem: Problem): Calibration {
    const controller = new AbortController()
    const limits = calibrate(this.#shared.until(controller.signal), problem)
    const calibration = { limits, controller, waiterCount: 0 }
    this.#known.set(problem, calibration)
    return calibration
  }

  #stop(problem: Problem, calibration: Calibration): void {
    if (this.#known.get(problem) === calibration) this.#known.delete(problem)
    calibration.controller.abort()
  }
}
