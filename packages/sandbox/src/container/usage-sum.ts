import type { Usage } from './result.ts'

const summedNames = [
  'readBytes',
  'writtenBytes',
  'voluntarySwitchCount',
  'involuntarySwitchCount',
  'minorFaultCount',
  'majorFaultCount',
] as const

type Summed = (typeof summedNames)[number] | 'residentPeakBytes'

/** What several commands used in all, of what no control group counts. */
export class UsageSum {
  readonly #sum: Record<Summed, number> = {
    readBytes: 0,
    writtenBytes: 0,
    voluntarySwitchCount: 0,
    involuntarySwitchCount: 0,
    minorFaultCount: 0,
    majorFaultCount: 0,
    residentPeakBytes: 0,
  }

  get sum(): Readonly<Record<Summed, number>> {
    return { ...this.#sum }
  }

  add(usage: Usage): void {
    for (const name of summedNames) this.#sum[name] += usage[name]
    this.#sum.residentPeakBytes = Math.max(this.#sum.residentPeakBytes, usage.residentPeakBytes)
  }
}
