import { inspect } from 'node:util'

/** What kind of failure a {@link SandboxError} is; decide by this, never by the message. */
export type SandboxErrorCode =
  | 'INVALID_OPTION'
  | 'UNSUPPORTED_HOST'
  | 'COMMAND_NOT_FOUND'
  | 'COMMAND_NOT_EXECUTABLE'
  | 'CONTAINER_FAILED'
  | 'QUEUE_FULL'
  | 'SANDBOX_CLOSED'
  | 'SUPERVISOR_DIED'

/** What is known of a failure beside its message. */
export interface SandboxErrorDetails {
  readonly errno?: string | undefined
  readonly path?: string | undefined
  readonly side?: 'left' | 'right' | undefined
  readonly cause?: unknown
}

/** What the library or the host failed at. What the command itself does is a value, see `RunResult`. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError'
  readonly code: SandboxErrorCode
  /** The kernel's name of the error, such as `'ENOENT'`, where there is one. */
  declare readonly errno?: string
  /** The file that it was about, where there is one. */
  declare readonly path?: string
  /** Which of two connected commands it was, where it was one of them. */
  declare readonly side?: 'left' | 'right'

  constructor(code: SandboxErrorCode, message: string, details: SandboxErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    if (details.errno !== undefined) this.errno = details.errno
    if (details.path !== undefined) this.path = details.path
    if (details.side !== undefined) this.side = details.side
  }
}

const shownCharacterCount = 80

/** A value as a message shows it: one line, cut where it grows long. */
export function shown(value: unknown): string {
  const text = inspect(value, { depth: 1, breakLength: Infinity, maxStringLength: shownCharacterCount })
  return text.length <= 2 * shownCharacterCount ? text : `${text.slice(0, 2 * shownCharacterCount)}…`
}

/** An option that breaks a rule: the message names the option, the rule and the value. */
export function invalidOption(
  option: string,
  rule: string,
  value: unknown,
  details?: SandboxErrorDetails,
): SandboxError {
  return new SandboxError('INVALID_OPTION', `\`${option}\` must ${rule}, got ${shown(value)}`, details)
}
