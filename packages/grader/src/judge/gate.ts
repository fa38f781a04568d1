import { invalidOption } from '../errors.ts'

interface Waiting {
  readonly cores: number
  readonly memoryBytes: number
  readonly priority: number
  start(): void
  leave(reason: unknown): void
}

/** What one run takes while it lasts. */
export interface Share {
  readonly cores: number
  readonly memoryBytes: number
  /** Nothing else runs beside it. */
  readonly alone?: boolean
  readonly priority?: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Lets in what fits the cores and the memory that may be used, in the order of arrival: what is large is not overtaken
 * for ever by what is small.
 */
export class Gate {
  readonly #cores: number
  readonly #memoryBytes: number
  #coresLeft: number
  #memoryLeft: number
  readonly #waiting: Waiting[] = []

  constructor(cores: number, memoryBytes: number) {
    if (!Number.isFinite(cores) || cores <= 0) throw invalidOption('cores', 'be a positive number', cores)
    this.#cores = cores
    this.#memoryBytes = memoryBytes
    this.#coresLeft = cores
    this.#memoryLeft = memoryBytes
  }

  /** How many wait. */
  get waitingCount(): number {
    return this.#waiting.length
  }

  /** Runs `job` once there is room for it. What asks for more than there is gets all there is. */
  async within<Value>(share: Share, job: () => Promise<Value>): Promise<Value> {
    const cores = share.alone ? this.#cores : Math.min(share.cores, this.#cores)
    const memoryBytes = Math.min(share.memoryBytes, this.#memoryBytes)
    await this.#enter(cores, memoryBytes, share)
    try {
      return await job()
    } finally {
      this.#coresLeft += cores
      this.#memoryLeft += memoryBytes
      this.#next()
    }
  }

  async #enter(cores: number, memoryBytes: number, { signal, priority = 0 }: Share): Promise<void> {
    signal?.throwIfAborted()
    if (this.#waiting.length === 0 && this.#fits(cores, memoryBytes)) {
      this.#take(cores, memoryBytes)
      return
    }
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => waiting.leave(signal?.reason)
      const waiting: Waiting = {
        cores,
        memoryBytes,
        priority,
        start: () => {
          signal?.removeEventListener('abort', abort)
          resolve()
        },
        leave: (reason) => {
          this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
          reject(reason instanceof Error ? reason : new Error('aborted', { cause: reason }))
          this.#next()
        },
      }
      signal?.addEventListener('abort', abort, { once: true })
      const behind = this.#waiting.findIndex((other) => other.priority < priority)
      this.#waiting.splice(behind < 0 ? this.#waiting.length : behind, 0, waiting)
    })
  }

  #next(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (!this.#fits(first.cores, first.memoryBytes)) return
      this.#waiting.shift()
      this.#take(first.cores, first.memoryBytes)
      first.start()
    }
  }

  #fits(cores: number, memoryBytes: number): boolean {
    // Fractions of cores are summed and taken away again: a little is lost on the way.
    return cores <= this.#coresLeft + 1e-9 && memoryBytes <= this.#memoryLeft
  }

  #take(cores: number, memoryBytes: number): void {
    this.#coresLeft -= cores
    this.#memoryLeft -= memoryBytes
  }
}
