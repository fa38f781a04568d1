/** What a run executes; the program is an absolute path. */
export type Words = readonly [program: string, ...programArguments: string[]]

/** Something that can run a program with piped output. */
export interface Subject {
  /** As `--only` takes it. */
  readonly name: string
  /** As tables call it. */
  readonly title: string
  /** What its configuration here gives and does not give, since a time alone says little. */
  readonly isolation: string
  /** How to get it, told where it is missing. */
  readonly install: string
  /** Of so many rounds it takes part in one: slow subjects would make the whole too long. */
  readonly everyRounds: number
  /** Throws where this machine does not have it, or where it does not work here. */
  open(options: OpenOptions): Promise<OpenSubject>
}

export interface OpenOptions {
  readonly argv: Words
  readonly concurrency: number
}

export interface OpenSubject {
  /** Resolves when the program has ended and its output is complete; throws unless it exited with 0. */
  run(): Promise<void>
  close(): Promise<void>
}

/** For what holds nothing between runs. */
export async function closeNothing(): Promise<void> {
  // nothing is held
}
