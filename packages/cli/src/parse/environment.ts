import { invalidOption } from '../invalid-option.ts'

/** Adds `NAME=VALUE` to `environment`; a later one replaces an earlier one. Throws `INVALID_OPTION`. */
export function addVariable(
  environment: Readonly<Record<string, string>>,
  text: string,
): Readonly<Record<string, string>> {
  const separator = text.indexOf('=')
  if (separator < 1) throw invalidOption('--env', 'must be NAME=VALUE', text)
  return { ...environment, [text.slice(0, separator)]: text.slice(separator + 1) }
}
