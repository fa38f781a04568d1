import { inspect } from 'node:util'

/** What kind of failure a {@link GraderError} is; decide by this, never by the message. */
export type GraderErrorCode =
  /** An option or an argument breaks a rule. */
  | 'INVALID_OPTION'
  /** A problem package breaks its format, or asks for what cannot be honoured. */
  | 'INVALID_PACKAGE'
  /** A submission cannot be judged as it is: no file, no language that fits. */
  | 'INVALID_SUBMISSION'
  /** A program that the language, the checker or the harness needs is not installed, or not in the image. */
  | 'NOT_INSTALLED'

/** Where in a package something is wrong. */
export interface GraderErrorPlace {
  readonly path?: string | undefined
  /** Counted from 1. */
  readonly line?: number | undefined
  readonly cause?: unknown
}

/** What the grader cannot go on with. A verdict, also `JE` and `IE`, is a value and never an exception. */
export class GraderError extends Error {
  override readonly name = 'GraderError'
  readonly code: GraderErrorCode
  declare readonly path?: string
  declare readonly line?: number

  constructor(code: GraderErrorCode, message: string, { path, line, cause }: GraderErrorPlace = {}) {
    const where = path === undefined ? '' : line === undefined ? `${path}: ` : `${path}:${line}: `
    super(`${where}${message}`, cause === undefined ? undefined : { cause })
    this.code = code
    if (path !== undefined) this.path = path
    if (line !== undefined) this.line = line
  }
}

/** An option that breaks a rule: the message names the option, the rule and the value. */
export function invalidOption(option: string, rule: string, value: unknown): GraderError {
  const shown = inspect(value, { depth: 1, breakLength: Infinity, maxStringLength: 80 })
  return new GraderError('INVALID_OPTION', `\`${option}\` must ${rule}, got ${shown}`)
}

/** Something wrong with a package, at a file and, where it has lines, a line. */
export function packageError(path: string, message: string, line?: number): GraderError {
  return new GraderError('INVALID_PACKAGE', message, { path, line })
}
