/** Files of a program, by path relative to its folder, with `/` between. */
export type SourceFiles = Readonly<Record<string, Uint8Array>>

/** A program in source: a submission, a checker, an interactor. */
export interface ProgramSource {
  readonly name: string
  readonly files: SourceFiles
  /** The id of a language; found by the files' names if left out. */
  readonly language?: string
  /** The file or class that starts it; found if left out. */
  readonly entryPoint?: string
  /** Further words for its compiler; none where it is run as it stands. */
  readonly flags?: readonly string[]
}

/** What a program that belongs to a problem says, and how. */
export type Protocol = 'kattis' | 'testlib' | 'cms' | 'coci' | 'peg' | 'hustoj' | 'exit-code'
