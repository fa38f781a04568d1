import { createHash } from 'node:crypto'
import type { Test } from '../problem/problem.ts'

/** What a test puts in, and what it expects. */
export interface Texts {
  readonly input: Uint8Array
  readonly answer: Uint8Array
}

/** So that tests which hold next to nothing are bounded too. */
const bytesOfEntry = 1024

/** What programs make for tests: once for all who ask meanwhile, the most recently used ones within a bound. */
export class GeneratedTexts {
  readonly #bytesMax: number
  readonly #made = new Map<Test, Promise<unknown>>()
  readonly #sizes = new Map<Test, number>()
  readonly #digests = new WeakMap<Test, string>()
  #bytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /**
   * What was made, or is being made; else what `make` makes. A failure is not kept. `changed` is what is returned where
   * a test had to be made again and came out as another one: some would be judged by the one, some by the other.
   */
  async get<Failure extends object>(
    test: Test,
    make: () => Promise<Texts | Failure>,
    changed: Failure,
  ): Promise<Texts | Failure> {
    const known = this.#made.get(test) as Promise<Texts | Failure> | undefined
    if (known !== undefined) {
      this.#use(test)
      return known
    }
    const made = this.#make(test, make, changed)
    this.#made.set(test, made)
    return made
  }

  async #make<Failure extends object>(
    test: Test,
    make: () => Promise<Texts | Failure>,
    changed: Failure,
  ): Promise<Texts | Failure> {
    let texts: Texts | Failure = changed
    try {
      texts = await make()
    } finally {
      if (!('input' in texts)) this.#made.delete(test)
    }
    if (!('input' in texts)) return texts
    if (this.#isSame(test, texts)) {
      this.#keep(test, texts)
      return texts
    }
    this.#made.delete(test)
    return changed
  }

  #isSame(test: Test, { input, answer }: Texts): boolean {
    const digest = createHash('sha256').update(`${input.length}\0`).update(input).update(answer).digest('hex')
    const before = this.#digests.get(test) ?? digest
    this.#digests.set(test, before)
    return before === digest
  }

  /** To the end, which is the last to go. */
  #use(test: Test): void {
    const size = this.#sizes.get(test)
    if (size === undefined) return
    this.#sizes.delete(test)
    this.#sizes.set(test, size)
  }

  #keep(test: Test, { input, answer }: Texts): void {
    const size = input.length + answer.length + bytesOfEntry
    this.#sizes.set(test, size)
    this.#bytes += size
    for (const [oldest, length] of this.#sizes) {
      if (this.#bytes <= this.#bytesMax) return
      this.#sizes.delete(oldest)
      this.#made.delete(oldest)
      this.#bytes -= length
    }
  }
}
