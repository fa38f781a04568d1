/** So much is taken before the other side is told, which may have four times as much under way. */
const toldBytes = 64 * 1024

/**
 * What a command writes to one stream, for one reader. No more of it is here than a window holds: a reader that stops
 * reading stops the command. One that leaves its loop wants no more: what still comes is dropped.
 */
export class OutputStream implements AsyncIterableIterator<Uint8Array> {
  readonly #taken: (bytes: number) => void
  readonly #chunks: Uint8Array[] = []
  readonly #readers: ((result: IteratorResult<Uint8Array>) => void)[] = []
  #untoldBytes = 0
  #state: 'open' | 'ended' | 'left' = 'open'

  /** `taken` is told how many bytes the reader took. */
  constructor(taken: (bytes: number) => void) {
    this.#taken = taken
  }

  /** Takes in what came; no bytes are the end. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) this.end()
    else if (this.#state === 'left') this.#count(chunk.length)
    else if (this.#state === 'open') this.#deliver(chunk)
  }

  end(): void {
    if (this.#state === 'open') this.#state = 'ended'
    for (const reader of this.#readers.splice(0)) reader({ done: true, value: undefined })
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    const value = this.#chunks.shift()
    if (value !== undefined) {
      this.#count(value.length)
      return { done: false, value }
    }
    if (this.#state !== 'open') return { done: true, value: undefined }
    return new Promise((resolve) => this.#readers.push(resolve))
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.end()
    this.#state = 'left'
    for (const { length } of this.#chunks.splice(0)) this.#count(length)
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #deliver(chunk: Uint8Array): void {
    const reader = this.#readers.shift()
    if (reader === undefined) this.#chunks.push(chunk)
    else {
      this.#count(chunk.length)
      reader({ done: false, value: chunk })
    }
  }

  #count(bytes: number): void {
    this.#untoldBytes += bytes
    if (this.#untoldBytes < toldBytes) return
    this.#taken(this.#untoldBytes)
    this.#untoldBytes = 0
  }
}
