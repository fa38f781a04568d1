interface Waiting {
  readonly resolve: (body: Buffer) => void
  readonly reject: (error: unknown) => void
}

/** What was asked of a supervisor about its blobs: of each blob the answers come in the order of the questions. */
export class BlobAnswers {
  readonly #waiting = new Map<number, Waiting[]>()

  get isEmpty(): boolean {
    return this.#waiting.size === 0
  }

  /** The next answer about a blob that nobody waits for yet. */
  async next(blob: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const others = this.#waiting.get(blob)
      if (others === undefined) this.#waiting.set(blob, [{ resolve, reject }])
      else others.push({ resolve, reject })
    })
  }

  /** Takes an answer. Throws a RangeError where there was no question. */
  take(blob: number, body: Buffer): void {
    const waiting = this.#waiting.get(blob)
    const first = waiting?.shift()
    if (waiting?.length === 0) this.#waiting.delete(blob)
    if (first === undefined) throw new RangeError(`an answer about blob ${blob}, which nothing was asked of`)
    first.resolve(body)
  }

  /** None will come any more. */
  rejectAll(error: unknown): void {
    for (const waiting of this.#waiting.values()) for (const { reject } of waiting) reject(error)
    this.#waiting.clear()
  }
}
