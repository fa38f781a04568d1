import { readFile } from 'node:fs/promises'

import type { GradeResult, ReplayReport } from '@mayfly/grader'
import { createSandbox } from '@mayfly/sandbox'
import type { Command } from 'commander'

import { writeBytes } from '../write-bytes.ts'
import { runsAtOnce } from './concurrency.ts'

/** Adds `mayfly replay`. */
export function addReplayCommand(program: Command, end: (status: number) => void): void {
  program
    .command('replay')
    .summary('judge again what an earlier result tells of')
    .description('Judges a submission once more as its result says that it was judged, and tells what differs.')
    .argument('<result>', 'a file that `mayfly grade --json` wrote')
    .argument('<problem>')
    .argument('<submission>')
    .addHelpText('after', '\nExit status: 0 if every verdict is the same, 1 if not, 125 if it could not be judged.')
    .action(async (result: string, problem: string, submission: string) => {
      const { createGrader, visibleLine } = await import('@mayfly/grader')
      const earlier = JSON.parse(await readFile(result, 'utf8')) as GradeResult
      await using sandbox = await createSandbox({ concurrency: runsAtOnce })
      await using grader = createGrader({ sandbox })
      const report = await grader.replay(earlier, problem, submission)
      await writeBytes(process.stdout, new TextEncoder().encode(describe(report, visibleLine)))
      end(report.same ? 0 : 1)
    })
}

function describe({ same, differences, changed, result }: ReplayReport, visible: (text: string) => string): string {
  const rows = [
    ...changed.map(({ what, before, now }) => `note    ${what}: ${before} before, ${now} now`),
    ...differences.map(({ what, before, now }) => `WRONG   ${what}: ${before} before, ${now} now`),
    same ? `The same: ${result.verdict}.` : 'Not the same.',
  ]
  return rows.map((row) => `${visible(row)}\n`).join('')
}
