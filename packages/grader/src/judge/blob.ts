import { readFile } from 'node:fs/promises'
import { unixLines } from '../problem/unix-lines.ts'
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
    const key = `${blob.newlines ?? ''}:${blob.path}`
    const known = this.#kept.get(key)
    if (known !== undefined) {
      // To the end, which is the last to go.
      this.#kept.delete(key)
      this.#kept.set(key, known)
      return known
    }
    const asWritten = await readFile(blob.path)
    const content = blob.newlines === undefined ? asWritten : unixLines(asWritten)
    this.#keep(key, content)
    return content
  }

  #keep(key: string, content: Uint8Array): void {
    if (content.length > this.#bytesMax / 4 || this.#kept.has(key)) return
    this.#kept.set(key, content)
    this.#bytes += content.length
    for (const [oldest, { length }] of this.#kept) {
      if (this.#bytes <= this.#bytesMax) return
      this.#kept.delete(oldest)
      this.#bytes -= length
    }
  }
}
