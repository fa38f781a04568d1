/** How a harness tells its results. */
export type ResultsFormat = 'mayfly' | 'junit' | 'tap' | 'gradescope'

/** An instructor's tests: a program that runs in a container of its own and asks the student's for what it needs. */
export interface Harness {
  readonly files: Readonly<Record<string, Uint8Array>>
  readonly run: readonly string[]
  /** The file that it leaves, relative to its working directory. */
  readonly resultFile: string
  readonly format: ResultsFormat
  /**
   * `separate`: the submission is in a container of its own, and cannot touch the tests. `shared`: both are in one, as
   * some tests need; what they say can then be forged, and the result says so.
   */
  readonly trust: 'separate' | 'shared'
  /** On the clock, for all tests together. */
  readonly wallTimeMs: number
  readonly memoryBytes: number
}

/** What a harness says of one of its tests. */
export interface HarnessTest {
  readonly name: string
  readonly status: 'pass' | 'fail' | 'error' | 'skip'
  readonly message: string
  readonly score: number | undefined
  readonly maxScore: number | undefined
  readonly hidden: boolean
}
