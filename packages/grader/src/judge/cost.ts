import type { Usage } from '@mayfly/sandbox'
import type { Cost } from './result.ts'

/** Sums what the runs of one job used. */
export class CostMeter {
  #cpuMs = 0
  #wallMs = 0
  #written = 0
  #read = 0
  #runs = 0

  add({ cpuTimeMs, wallTimeMs, writtenBytes, readBytes }: Usage): void {
    this.#cpuMs += cpuTimeMs
    this.#wallMs += wallTimeMs
    this.#written += writtenBytes
    this.#read += readBytes
    this.#runs += 1
  }

  get total(): Cost {
    return {
      coreSeconds: this.#cpuMs / 1000,
      wallSeconds: this.#wallMs / 1000,
      writtenBytes: this.#written,
      readBytes: this.#read,
      runCount: this.#runs,
    }
  }
}
