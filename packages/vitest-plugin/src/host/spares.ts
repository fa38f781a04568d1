import type { Guest } from './guest.ts'

/** Workers that wait for a file: each was never used before, is used once, and another takes its place. */
export class Spares {
  readonly #start: () => Promise<Guest>
  readonly #keeps: boolean
  readonly #waiting: Promise<Guest>[] = []
  #isClosed = false

  /** `keeps` has one made whenever one was taken; else one is made when it is asked for. */
  constructor(start: () => Promise<Guest>, keeps: boolean) {
    this.#start = start
    this.#keeps = keeps
  }

  async take(): Promise<Guest> {
    const waiting = this.#waiting.shift() ?? this.#start()
    if (this.#keeps) this.#add()
    return waiting
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(
      this.#waiting.splice(0).map(async (waiting) => {
        const guest = await waiting.catch(() => undefined)
        guest?.kill()
        await guest?.ended.catch(() => {})
      }),
    )
  }

  #add(): void {
    if (this.#isClosed) return
    const next = this.#start()
    next.catch(() => {})
    this.#waiting.push(next)
  }
}
