import type { Command, OptionValues } from 'commander'

import { execute, type Ending } from './execute.ts'
import { addSharedOptions, resolveRun } from './options.ts'

/** The better of the two that is there. Either is interactive where it has a terminal. */
const shell = ['/bin/sh', '-c', 'command -v bash > /dev/null && exec bash; exec sh'] as const

/** Adds `mayfly shell`: `run` of a shell, with the limits of somebody who types. */
export function addShellCommand(program: Command, end: (ending: Ending) => void): void {
  const command = program
    .command('shell')
    .summary('open a shell in a throwaway container')
    .argument('[image]', 'what it sees as its root; the same as --image')
    .description('Opens a shell in a container of its own, which goes when the shell ends. Options are those of `run`.')
  addSharedOptions(command).action(async (image: string | undefined, values: OptionValues) => {
    end(await execute(resolveRun(shell, image === undefined ? values : { ...values, image }, true)))
  })
}
