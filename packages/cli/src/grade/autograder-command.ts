import { join } from 'node:path'
import type { Command } from 'commander'

import { invalidOption } from '../invalid-option.ts'
import { judgeForPlatform, platforms, readOnly } from './platform.ts'

interface AutograderWords {
  readonly platform: string
  readonly root?: string
  readonly problem?: string
}

/** Where a platform's container has what. */
const layouts = {
  gradescope: { root: '/autograder', problem: 'source', submission: 'submission' },
  prairielearn: { root: '/grade', problem: 'tests', submission: 'student' },
} as const

/** Adds `mayfly autograder`. */
export function addAutograderCommand(program: Command, end: (status: number) => void): void {
  program
    .command('autograder')
    .summary('be the autograder of Gradescope or PrairieLearn')
    .description(
      'Judges what was handed in by an assignment or a problem, both where the platform puts them, and writes ' +
        'ROOT/results/results.json: all that a run_autograder of Gradescope, or an entrypoint of PrairieLearn, has to do.',
    )
    .option('--platform <name>', `of ${Object.keys(layouts).join(', ')}`, 'gradescope')
    .option('--root <dir>', "the platform's folder, in place of /autograder or /grade")
    .option('--problem <dir>', 'the assignment or problem, in place of ROOT/source or ROOT/tests')
    .addHelpText(
      'after',
      '\nExit status: 0 if it was judged, whatever the verdict, 125 if not; then no score is written.',
    )
    .action(async (words: AutograderWords) => {
      end(await autograde(words))
    })
}

async function autograde({ platform, root: givenRoot, problem }: AutograderWords): Promise<number> {
  if (platform !== 'gradescope' && platform !== 'prairielearn')
    throw invalidOption('--platform', `must be of ${Object.keys(layouts).join(', ')}`, platform)
  const layout = layouts[platform]
  const root = givenRoot ?? layout.root
  const submission = join(root, layout.submission)
  return judgeForPlatform(
    platforms[platform],
    problem ?? join(root, layout.problem),
    async (loaded) => readOnly(submission, loaded),
    join(root, 'results/results.json'),
  )
}
