import type { TestResult } from '../judge/result.ts'
import { JournalFile } from './journal-file.ts'

/** What was judged of one submission, in a file that outlives the one who wrote it. */
export class Journal {
  readonly #file: JournalFile
  readonly #key: string
  readonly #known: ReadonlyMap<string, TestResult>

  private constructor(file: JournalFile, key: string, known: ReadonlyMap<string, TestResult>) {
    this.#file = file
    this.#key = key
    this.#known = known
  }

  /** Opens or makes a journal, and reads from it what was judged under the same key. */
  static async open(path: string, key: string): Promise<Journal> {
    const known = new Map<string, TestResult>()
    const file = await JournalFile.open(path, (line) => {
      if (line['key'] === key && isTest(line['test'])) known.set(line['test'].id, line['test'])
    })
    return new Journal(file, key, known)
  }

  /** What is known of a test from before. A failure of ours is not kept: it is worth another try. */
  known(id: string): TestResult | undefined {
    const test = this.#known.get(id)
    return test === undefined || test.verdict === 'IE' || test.verdict === 'SK' ? undefined : test
  }

  add(line: Readonly<Record<string, unknown>>): void {
    this.#file.add({ key: this.#key, ...line })
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}

function isTest(value: unknown): value is TestResult {
  return typeof value === 'object' && value !== null
}
