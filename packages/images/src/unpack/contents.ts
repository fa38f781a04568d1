import { createHash } from 'node:crypto'
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Content } from '../tree/nodes.ts'

/** Files by number in a directory of ours: whatever an archive calls them. */
export class Contents {
  readonly #directory: string
  #count = 0

  constructor(directory: string) {
    this.#directory = directory
    mkdirSync(directory)
  }

  /** Keeps all of `source`. */
  async keep(source: AsyncIterable<Uint8Array>): Promise<Content> {
    const path = join(this.#directory, String(this.#count))
    this.#count += 1
    const hash = createHash('sha256')
    let bytes = 0
    const file = openSync(path, 'wx', 0o600)
    try {
      for await (const chunk of source) {
        hash.update(chunk)
        bytes += chunk.length
        for (let done = 0; done < chunk.length;) done += writeSync(file, chunk, done)
      }
    } finally {
      closeSync(file)
    }
    return { path, bytes, digest: `sha256:${hash.digest('hex')}` }
  }
}
