import { mkdir, readdir, rename, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Problem, ProgramSource, ReportFormat } from '@mayfly/grader'
import { createSandbox, inspectHost } from '@mayfly/sandbox'

import { describeHost } from '../doctor/table.ts'
import { describeFailure } from '../run/failure-message.ts'
import { exitStatus } from '../run/exit-status.ts'
import { writeBytes } from '../write-bytes.ts'
import { runsAtOnce } from './concurrency.ts'

/** How a platform that calls us is told what came of it. */
export interface Platform {
  readonly format: ReportFormat
  /** Nothing was judged, and that is not the student's doing. */
  readonly broken: (message: string) => object
  /** What was handed in is nothing that could be judged. */
  readonly refused: (message: string) => object
}

/** The platforms, by what their documents say of results. */
export const platforms = {
  /** Without a score Gradescope says that it is not the student's doing. */
  gradescope: {
    format: 'gradescope',
    broken: (output) => ({ output, output_format: 'text', stdout_visibility: 'hidden' }),
    refused: (output) => ({ score: 0, output, output_format: 'text', stdout_visibility: 'hidden' }),
  },
  /** What is not gradable costs no attempt. */
  prairielearn: {
    format: 'prairielearn',
    broken: (message) => ({ gradable: false, score: 0, message }),
    refused: (message) => ({ gradable: false, score: 0, message, format_errors: [message] }),
  },
  exercism: {
    format: 'exercism',
    broken: (message) => ({ version: 3, status: 'error', message, tests: [] }),
    refused: (message) => ({ version: 3, status: 'error', message, tests: [] }),
  },
} as const satisfies Readonly<Record<string, Platform>>

/** Judges what was handed in and writes the platform's file of results, whatever happens. Returns the exit status. */
export async function judgeForPlatform(
  platform: Platform,
  problemPath: string,
  read: (problem: Problem) => Promise<ProgramSource>,
  resultsPath: string,
): Promise<number> {
  const { text, message, status } = await judge(platform, problemPath, read).catch(async (error: unknown) =>
    describeError(platform, error),
  )
  await writeWhole(resultsPath, text)
  await writeBytes(status === 0 ? process.stdout : process.stderr, new TextEncoder().encode(`${message}\n`))
  return status
}

/** The only file that was handed in, or all of them as one program. */
export async function readOnly(path: string, problem: Problem): Promise<ProgramSource> {
  const { readSubmission } = await import('@mayfly/grader')
  const [only, ...others] = await readdir(path)
  const single = only !== undefined && others.length === 0 && (await stat(join(path, only))).isFile()
  return readSubmission(single ? join(path, only) : path, problem)
}

interface Judged {
  /** Of the file of results. */
  readonly text: string
  readonly message: string
  readonly status: number
}

async function judge(
  platform: Platform,
  problemPath: string,
  read: (problem: Problem) => Promise<ProgramSource>,
): Promise<Judged> {
  const { createGrader, loadProblem, visibleLine, writeReport } = await import('@mayfly/grader')
  const host = await inspectHost()
  if (!host.supported) {
    const message = `Nothing was judged: this container cannot isolate a submission.\n\n${describeHost(host)}`
    return { text: JSON.stringify(platform.broken(message)), message, status: exitStatus.failed }
  }
  const problem = await loadProblem(problemPath)
  const submission = await read(problem)
  await using sandbox = await createSandbox({ concurrency: runsAtOnce })
  await using grader = createGrader({ sandbox })
  const result = await grader.grade(problem, submission)
  const isOurs = result.verdict === 'IE' || result.verdict === 'JE'
  const text = writeReport(result, platform.format, { audience: 'student' })
  const points = result.score === undefined ? '' : `, ${result.score} of ${result.maxScore ?? 'any number of'} points`
  const message = `${result.verdict}${points}: ${visibleLine(result.reason)}`
  return { text, message, status: isOurs ? exitStatus.failed : 0 }
}

async function describeError(platform: Platform, error: unknown): Promise<Judged> {
  const { visible } = await import('@mayfly/grader')
  const said = visible(describeFailure(error))
  const isOfSubmission = error instanceof Error && 'code' in error && error.code === 'INVALID_SUBMISSION'
  if (isOfSubmission) return { text: JSON.stringify(platform.refused(said)), message: said, status: 0 }
  const message = `Nothing was judged: ${said}`
  return { text: JSON.stringify(platform.broken(message)), message, status: exitStatus.failed }
}

/** At once or not at all: a half of it would be taken for the whole. */
async function writeWhole(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(`${file}.new`, text)
  await rename(`${file}.new`, file)
}
