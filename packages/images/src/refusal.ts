import { SandboxError } from '@mayfly/sandbox'

const shownCharacterCount = 120

/** The error of an image that breaks a rule: the message names the rule and what breaks it. */
export function refusal(rule: string, value: unknown, cause?: unknown): SandboxError {
  const text = JSON.stringify(value) ?? 'nothing'
  const shown = text.length <= shownCharacterCount ? text : `${text.slice(0, shownCharacterCount)}…`
  return new SandboxError('INVALID_OPTION', `the image must ${rule}, got ${shown}`, { cause })
}
