import { mkdir, readdir, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Problem, ProgramSource } from '@mayfly/grader'
import { createSandbox, inspectHost } from '@mayfly/sandbox'
import type { Command } from 'commander'

import { describeHost } from '../doctor/table.ts'
import { describeFailure } from '../run/failure-message.ts'
import { exitStatus } from '../run/exit-status.ts'
import { writeBytes } from '../write-bytes.ts'
import { runsAtOnce } from './concurrency.ts'

interface AutograderWords {
  readonly root: string
  readonly problem?: string
}

/** Adds `mayfly autograder`. */
export function addAutograderCommand(program: Command, end: (status: number) => void): void {
  program
    .command('autograder')
    .summary('be a Gradescope autograder')
    .description(
      'Judges ROOT/submission by ROOT/source, and writes ROOT/results/results.json: all that a run_autograder of Gradescope has to do.',
    )
    .option('--root <dir>', "Gradescope's folder", '/autograder')
    .option('--problem <dir>', 'the assignment or problem, in place of ROOT/source')
    .addHelpText(
      'after',
      '\nExit status: 0 if it was judged, whatever the verdict, 125 if not; then no score is written.',
    )
    .action(async ({ root, problem }: AutograderWords) => {
      end(await autograde(root, problem ?? join(root, 'source')))
    })
}

async function autograde(root: string, problemPath: string): Promise<number> {
  const { text, status } = await judge(problemPath, join(root, 'submission')).catch(async (error: unknown) => ({
    text: await describeError(error),
    status: isOfSubmission(error) ? 0 : exitStatus.failed,
  }))
  await writeResults(join(root, 'results'), text)
  await writeBytes(status === 0 ? process.stdout : process.stderr, new TextEncoder().encode(`${outputOf(text)}\n`))
  return status
}

interface Judged {
  /** Of `results.json`. */
  readonly text: string
  readonly status: number
}

async function judge(problemPath: string, submissionPath: string): Promise<Judged> {
  const { createGrader, loadProblem, writeReport } = await import('@mayfly/grader')
  const host = await inspectHost()
  if (!host.supported)
    return {
      text: broken(`Nothing was judged: this container cannot isolate a submission.\n\n${describeHost(host)}`),
      status: exitStatus.failed,
    }
  const problem = await loadProblem(problemPath)
  const submission = await readOnly(submissionPath, problem)
  await using sandbox = await createSandbox({ concurrency: runsAtOnce })
  await using grader = createGrader({ sandbox })
  const result = await grader.grade(problem, submission)
  const isOurs = result.verdict === 'IE' || result.verdict === 'JE'
  return { text: writeReport(result, 'gradescope', { audience: 'student' }), status: isOurs ? exitStatus.failed : 0 }
}

/** The only file that was handed in, or all of them as one program. */
async function readOnly(path: string, problem: Problem): Promise<ProgramSource> {
  const { readSubmission } = await import('@mayfly/grader')
  const [only, ...others] = await readdir(path)
  const single = only !== undefined && others.length === 0 && (await stat(join(path, only))).isFile()
  return readSubmission(single ? join(path, only) : path, problem)
}

/** Without a score Gradescope says that it is not the student's doing. */
function broken(output: string): string {
  return JSON.stringify({ output, output_format: 'text', stdout_visibility: 'hidden' })
}

async function describeError(error: unknown): Promise<string> {
  const { visible } = await import('@mayfly/grader')
  const message = visible(describeFailure(error))
  if (!isOfSubmission(error)) return broken(`Nothing was judged: ${message}`)
  return JSON.stringify({ score: 0, output: message, output_format: 'text', stdout_visibility: 'hidden' })
}

function isOfSubmission(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'INVALID_SUBMISSION'
}

function outputOf(text: string): string {
  return (JSON.parse(text) as { readonly output: string }).output
}

/** At once or not at all: a half of it would be taken for the whole. */
async function writeResults(folder: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const file = join(folder, 'results.json')
  await writeFile(`${file}.new`, text)
  await rename(`${file}.new`, file)
}
