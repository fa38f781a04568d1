/** Something that can run `/bin/true` with piped output. */
export interface Subject {
  readonly name: string
  /** Of so many rounds it takes part in one: slow subjects would make the whole too long. */
  readonly everyRounds: number
  /** Throws a {@link MissingSubject} where this machine does not have it. */
  open(options: { readonly concurrency: number }): Promise<OpenSubject>
}

export interface OpenSubject {
  /** Resolves when the program has ended and its output is complete; throws unless it exited with 0. */
  runTrue(): Promise<void>
  close(): Promise<void>
}

/** The subject cannot be measured here; the message says why. */
export class MissingSubject extends Error {
  override readonly name = 'MissingSubject'
}
