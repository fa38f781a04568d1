/** What a language's commands may go by. */
export interface Build {
  /** The program's files that this language reads, in order. */
  readonly sources: readonly string[]
  /** The file, or in some languages the class, that starts it. */
  readonly entry: string
  /** What the running program may use; virtual machines are told. */
  readonly memoryBytes: number
  /** Names that a program can see it is judged by, such as `ONLINE_JUDGE`: constants to compile by, with the value 1. */
  readonly defines: readonly string[]
}

/** A row of the table of languages. Commands are looked up inside the container. */
export interface Language {
  readonly id: string
  readonly name: string
  /** Without the dot; the first is the usual one. */
  readonly extensions: readonly string[]
  /** Programs that it takes; where one is missing, the language is not installed. */
  readonly needs: readonly string[]
  /** Exits with 0 if what is installed will do; left out where its being there is enough. */
  readonly probe?: readonly string[]
  /** What is missing where the probe fails. Default: a newer version of the first program it needs. */
  readonly lacks?: string
  /** Prints the version of what judges by it. */
  readonly version: readonly string[]
  /** The file that starts a program of several, by name; else its only file, or the one named `main`. */
  readonly entryNames?: readonly string[]
  /** In place of a file: what a program's start is called. */
  readonly entry?: (sources: Readonly<Record<string, string>>) => string | undefined
  /** Makes `product` of the sources; left out where sources run as they are. */
  readonly compile?: (build: Build) => readonly string[]
  /** The file that `compile` leaves. */
  readonly product?: string
  /**
   * Exits with 0 if the sources are a program at all. Run only after a test that did not end well, so that those who
   * make no mistake do not pay for it.
   */
  readonly check?: (build: Build) => readonly string[]
  readonly run: (build: Build) => readonly string[]
  /** Put beside the sources where they have no file of that name. */
  readonly beside?: (sources: Readonly<Record<string, string>>) => Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  /** Processes and threads that it has without its program asking. */
  readonly ownProcessCount?: number
}
