import { readFile } from 'node:fs/promises'
import type { Blob } from '../problem/problem.ts'

/** Contents of the files of tests, the most recently used ones, within a bound on their bytes. */
export class BlobCache {
  readonly #bytesMax: number
  readonly #kept = new Map<string, Uint8Array>()
  #bytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  async read(blob: Blob): Promise<Uint8Array> {
    if ('content' in blob) return blob.content
    const known = this.#kept.get(blob.path)
    if (known !== undefined) {
      // To the end, which is the last to go.
      this.#kept.delete(blob.path)
      this.#kept.set(blob.path, known)
      return known
    }
    const content = await readFile(blob.path)
    this.#keep(blob.path, content)
    return content
  }

  #keep(path: string, content: Uint8Array): void {
    if (content.length > this.#bytesMax / 4 || this.#kept.has(path)) return
    this.#kept.set(path, content)
    this.#bytes += content.length
    for (const [oldest, { length }] of this.#kept) {
      if (this.#bytes <= this.#bytesMax) return
      this.#kept.delete(oldest)
      this.#bytes -= length
    }
  }
}
