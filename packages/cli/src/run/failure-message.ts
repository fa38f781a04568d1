import { limitNames, limitOptions } from './limit-options.ts'

/** The message of a failed run, with the library's names of options turned into those of the command line. */
export function describeFailure(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return optionNames.reduce((text, [ours, theirs]) => text.replaceAll(`\`${ours}\``, `\`${theirs}\``), message)
}

const optionNames: readonly (readonly [string, string])[] = [
  ...limitNames.map((name) => [`limits.${name}`, limitOptions[name].flag] as const),
  ['command.cwd', '--cwd'],
  ['command.env', '--env'],
  ["allowMissing: ['ioWeight']", '--allow-missing ioWeight'],
]
