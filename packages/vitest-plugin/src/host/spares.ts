import type { Guest } from './guest.ts'

/** How many workers may wait. */
export interface SparesPlan {
  /** At most so many, while files are expected. */
  readonly ahead: number
  /** And so many at all times, for whoever comes unexpected. */
  readonly always: number
}

/** Workers that wait for a file: each was never used before, is used once, and another takes its place. */
export class Spares {
  readonly #start: () => Promise<Guest>
  readonly #plan: SparesPlan
  readonly #waiting: Promise<Guest>[] = []
  #expected = 0
  #isClosed = false

  constructor(start: () => Promise<Guest>, plan: SparesPlan) {
    this.#start = start
    this.#plan = plan
  }

  /** So many files come; no more workers than that are made ahead. */
  expect(count: number): void {
    this.#expected = count
    this.#fill()
  }

  async take(): Promise<Guest> {
    const taken = this.#waiting.shift() ?? this.#start()
    this.#expected = Math.max(0, this.#expected - 1)
    this.#fill()
    return taken
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

  #fill(): void {
    const { ahead, always } = this.#plan
    const wanted = Math.max(always, Math.min(ahead, this.#expected))
    while (!this.#isClosed && this.#waiting.length < wanted) {
      const next = this.#start()
      // Whoever takes it is told.
      next.catch(() => {})
      this.#waiting.push(next)
    }
  }
}
