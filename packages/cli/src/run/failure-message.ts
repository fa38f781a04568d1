import { limitNames, limitOptions } from './limit-options.ts'

/** The message of a failed run, with the library's names of options turned into those of the command line. */
export function describeFailure(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return optionNames
    .reduce((text, [ours, theirs]) => text.replaceAll(`\`${ours}\``, `\`${theirs}\``), message)
    .replaceAll(/`allowMissing: \['(\w+)'\]`/g, '`--allow-missing $1`')
    .replaceAll(/`bootTime: '(\w+)'`/g, '`--boot-time $1`')
    .replaceAll(/`policy(?=[.`])/g, '`--policy')
}

const optionNames: readonly (readonly [string, string])[] = [
  ...limitNames.map((name) => [`limits.${name}`, limitOptions[name].flag] as const),
  ['command.argv', 'COMMAND'],
  ['command.cwd', '--cwd'],
  ['image', '--image'],
  ['command.env', '--env'],
]
