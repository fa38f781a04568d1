import { closeSync, openSync, readSync } from 'node:fs'

/** How much of a time something on this machine waited for a processor, from 0 to 1 (Documentation/accounting/psi.rst). */
export class CpuPressure {
  readonly #descriptor: number | undefined
  readonly #buffer = Buffer.alloc(256)

  constructor(path = '/proc/pressure/cpu') {
    try {
      this.#descriptor = openSync(path, 'r')
    } catch {
      // A kernel without PSI: pressure is unknown.
    }
  }

  /** Starts measuring; what it returns ends it. Undefined where the kernel does not tell. */
  start(): () => number | undefined {
    const [before, startedAt] = [this.#totalUs(), performance.now()]
    return () => {
      const after = this.#totalUs()
      const wallUs = (performance.now() - startedAt) * 1000
      if (before === undefined || after === undefined || wallUs <= 0) return undefined
      return Math.min(1, (after - before) / wallUs)
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
  }

  #totalUs(): number | undefined {
    if (this.#descriptor === undefined) return undefined
    try {
      const size = readSync(this.#descriptor, this.#buffer, 0, this.#buffer.length, 0)
      const text = this.#buffer.toString('latin1', 0, size)
      return Number(/^some .*total=(\d+)/m.exec(text)?.[1])
    } catch {
      return undefined
    }
  }
}
