import { open, readFile, type FileHandle } from 'node:fs/promises'
import type { TestResult } from '../judge/result.ts'

/** What a line of a journal may be. */
type Line =
  | { readonly key: string; readonly test: TestResult }
  | { readonly key: string; readonly [other: string]: unknown }

/** A file of what was judged, which outlives the one who wrote it. */
export class Journal {
  readonly #file: FileHandle
  readonly #key: string
  readonly #known: ReadonlyMap<string, TestResult>
  #writing: Promise<void> = Promise.resolve()

  private constructor(file: FileHandle, key: string, known: ReadonlyMap<string, TestResult>) {
    this.#file = file
    this.#key = key
    this.#known = known
  }

  /** Opens or makes a journal, and reads from it what was judged under the same key. */
  static async open(path: string, key: string): Promise<Journal> {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return ''
      throw error
    })
    const known = new Map<string, TestResult>()
    for (const line of text.split('\n')) {
      const read = parse(line)
      if (read !== undefined && read.key === key && isTest(read)) known.set(read.test.id, read.test)
    }
    const file = await open(path, 'a')
    // A kill may have left half a line, which must not spoil the next one.
    if (text !== '' && !text.endsWith('\n')) await file.write('\n')
    return new Journal(file, key, known)
  }

  /** What is known of a test from before. A failure of ours is not kept: it is worth another try. */
  known(id: string): TestResult | undefined {
    const test = this.#known.get(id)
    return test === undefined || test.verdict === 'IE' || test.verdict === 'SK' ? undefined : test
  }

  /** Adds a line. In order, and on disk before `close` settles. */
  add(line: Readonly<Record<string, unknown>>): void {
    const text = `${JSON.stringify({ key: this.#key, ...line })}\n`
    this.#writing = this.#write(this.#writing, text)
    // Told by close().
    this.#writing.catch(() => {})
  }

  async #write(earlier: Promise<void>, text: string): Promise<void> {
    await earlier
    await this.#file.write(text)
  }

  async close(): Promise<void> {
    try {
      await this.#writing
      await this.#file.datasync()
    } finally {
      await this.#file.close()
    }
  }
}

function parse(line: string): Line | undefined {
  if (line === '') return undefined
  try {
    return JSON.parse(line) as Line
  } catch {
    return undefined
  }
}

function isTest(line: Line): line is { readonly key: string; readonly test: TestResult } {
  return typeof line['test'] === 'object' && line['test'] !== null
}
