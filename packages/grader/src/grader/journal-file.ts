import { open, type FileHandle } from 'node:fs/promises'
import { linesOf } from './lines-of.ts'

/** A file to which lines of JSON are added, and which outlives the one who writes it. */
export class JournalFile {
  readonly #file: FileHandle
  #writing: Promise<void> = Promise.resolve()

  private constructor(file: FileHandle) {
    this.#file = file
  }

  /** Opens or makes one, and hands over every line that is whole. */
  static async open(path: string, onLine: (value: Readonly<Record<string, unknown>>) => void): Promise<JournalFile> {
    const file = await open(path, 'a+')
    try {
      const { size } = await file.stat()
      if (size > 0) {
        for await (const line of linesOf(path)) heard(line, onLine)
        const { buffer } = await file.read({ buffer: Buffer.alloc(1), position: size - 1 })
        // A kill may have left half a line, which must not spoil the next one.
        if (buffer[0] !== lineFeed) await file.write('\n')
      }
      return new JournalFile(file)
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /** Adds a line. In order, and on disk before `close` settles. */
  add(line: Readonly<Record<string, unknown>>): void {
    // What other readers take for the end of a line is escaped.
    const text = `${JSON.stringify(line)
      .replaceAll('\u2028', String.raw`\u2028`)
      .replaceAll('\u2029', String.raw`\u2029`)}\n`
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

const lineFeed = 10

function heard(line: string, onLine: (value: Readonly<Record<string, unknown>>) => void): void {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null) onLine(value as Readonly<Record<string, unknown>>)
  } catch {
    // Half a line.
  }
}
