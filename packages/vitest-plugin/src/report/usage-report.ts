import type { ViolationHandling } from '../options/options.ts'
import type { SandboxUsage } from '../verdict/usage.ts'

/** What a file used in a run of the tests. */
export interface ReportedFile {
  readonly project: string
  readonly path: string
  readonly usage: SandboxUsage
  readonly handling: ViolationHandling
}

/** What the files of a run used, as it becomes known. */
export class UsageReport {
  readonly #files = new Map<string, ReportedFile>()

  add(file: ReportedFile): void {
    this.#files.set(`${file.project}\0${file.path}`, file)
  }

  /** A new run begins. */
  clear(): void {
    this.#files.clear()
  }

  get files(): readonly ReportedFile[] {
    return [...this.#files.values()]
  }
}
