interface Answer {
  readonly t: 's'
  readonly i: string
  readonly r?: unknown
  readonly e?: unknown
}

/** Calls to Vitest, in place of the worker that would make them: ours have numbers of their own. */
export class ToVitest {
  readonly #emit: (message: unknown) => void
  readonly #waiting = new Map<string, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>()
  #count = 0

  /** `emit` hands Vitest a message as one of a worker's. */
  constructor(emit: (message: unknown) => void) {
    this.#emit = emit
  }

  async ask(method: string, args: readonly unknown[]): Promise<unknown> {
    const id = `mayfly:${(this.#count += 1)}`
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#emit({ t: 'q', i: id, m: method, a: [...args] })
    })
  }

  /** Takes an answer; false for what is none. */
  answered(message: unknown): boolean {
    const { t, i, r, e } = message as Partial<Answer>
    if (t !== 's' || typeof i !== 'string') return false
    const waiting = this.#waiting.get(i)
    this.#waiting.delete(i)
    if (e === undefined) waiting?.resolve(r)
    else waiting?.reject(e)
    return true
  }

  /** Nobody answers any more. */
  close(): void {
    for (const { resolve } of this.#waiting.values()) resolve(undefined)
    this.#waiting.clear()
  }
}
