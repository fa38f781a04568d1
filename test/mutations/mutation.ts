/** One change to one file of a copy of the tree; the text must stand there exactly once. */
export interface Edit {
  /** From the root of the tree. */
  readonly file: string
  readonly find: string
  readonly put: string
}

/** A protection taken out, and the line of the isolation checklist whose tests must notice. */
export interface Mutation {
  readonly line: number
  /** What is no longer done, as a table shows it. */
  readonly without: string
  readonly edits: readonly Edit[]
  /** The kernel makes no container without it: that none works then is the proof. */
  readonly stopsEverything?: true
}

/** Shorthand for a protection that one change to one file takes out. */
export function mutation(line: number, without: string, file: string, find: string, put: string): Mutation {
  return { line, without, edits: [{ file, find, put }] }
}

/** Of a file in native/src. */
export function native(line: number, without: string, file: string, find: string, put: string): Mutation {
  return mutation(line, without, `native/src/${file}`, find, put)
}

/** Of a file in packages/sandbox/src. */
export function library(line: number, without: string, file: string, find: string, put: string): Mutation {
  return mutation(line, without, `packages/sandbox/src/${file}`, find, put)
}
