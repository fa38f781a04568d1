import { SandboxError } from '@mayfly/sandbox'

/** The error for an option that a person typed: names the option, the rule and what was given. */
export function invalidOption(option: string, rule: string, given: string): SandboxError {
  return new SandboxError('INVALID_OPTION', `\`${option}\` ${rule}, got ${given === '' ? 'nothing' : given}`)
}
