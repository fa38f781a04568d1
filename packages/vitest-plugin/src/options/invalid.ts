import { inspect } from 'node:util'
import { SandboxError } from '@mayfly/sandbox'

/** An option that breaks a rule: the message names the option, the rule and the value. */
export function invalid(option: string, rule: string, value: unknown, cause?: unknown): SandboxError {
  const shown = inspect(value, { depth: 1, breakLength: Infinity, maxStringLength: 80 })
  return new SandboxError(
    'INVALID_OPTION',
    `\`${option}\` must ${rule}, got ${shown}`,
    cause === undefined ? {} : { cause },
  )
}

/** Refuses what has no names for its values. */
export function requireObject(value: unknown, option: string): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(option, 'be an object', value)
}
