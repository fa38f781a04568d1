import { createRequire } from 'node:module'

import { Command, CommanderError, type OptionValues } from 'commander'

import { addImageCommand } from './image/image-command.ts'
import { addDoctorCommand } from './doctor/doctor-command.ts'
import { addAutograderCommand } from './grade/autograder-command.ts'
import { addExercismCommand } from './grade/exercism-command.ts'
import { addGradeCommand } from './grade/grade-command.ts'
import { addLanguagesCommand } from './grade/languages-command.ts'
import { addReplayCommand } from './grade/replay-command.ts'
import { addVerifyCommand } from './grade/verify-command.ts'
import { addSelfcheckCommand } from './selfcheck/selfcheck-command.ts'
import { execute, type Ending } from './run/execute.ts'
import { exitStatus, statusOfError } from './run/exit-status.ts'
import { addRunOptions, resolveRun } from './run/options.ts'
import { describeFailure } from './run/failure-message.ts'
import { addShellCommand } from './run/shell-command.ts'
import { runHelp } from './run/help.ts'
import { say } from './say.ts'

/** Does what the words of a command line say. */
export async function main(words: readonly string[]): Promise<Ending> {
  let ending: Ending = exitStatus.failed
  const program = createProgram((result) => {
    ending = result
  })
  try {
    await program.parseAsync(words, { from: 'user' })
    return ending
  } catch (error) {
    return endingOfFailure(error)
  }
}

function createProgram(end: (ending: Ending) => void): Command {
  const program = new Command('mayfly')
    .description('Runs untrusted commands in throwaway Linux containers and says what they did.')
    .version(version(), '--version')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'mayfly: ')) })
  const run = program.command('run').summary('run one command in one throwaway container').addHelpText('after', runHelp)
  addRunOptions(run).action(async (argv: readonly string[], values: OptionValues) => {
    end(await execute(resolveRun(argv, values, process.stdin.isTTY)))
  })
  addShellCommand(program, end)
  addDoctorCommand(program, end)
  addImageCommand(program, end)
  addSelfcheckCommand(program, end)
  addGradeCommand(program, end)
  addAutograderCommand(program, end)
  addExercismCommand(program, end)
  addReplayCommand(program, end)
  addVerifyCommand(program, end)
  addLanguagesCommand(program, end)
  return program
}

function endingOfFailure(error: unknown): number {
  // Commander has already said it; help and version are its "errors" with status 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitStatus.failed
  say(describeFailure(error))
  return statusOfError(error)
}

function version(): string {
  return (createRequire(import.meta.url)('../package.json') as { readonly version: string }).version
}
