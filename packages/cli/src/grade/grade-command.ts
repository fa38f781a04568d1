import { writeFile } from 'node:fs/promises'

import type { Evaluate, GradeEvent, GradeResult, ReportFormat, TestResult } from '@mayfly/grader'
import { createSandbox } from '@mayfly/sandbox'
import type { Command } from 'commander'

import { formatSize, formatTime } from '../format.ts'
import { invalidOption } from '../invalid-option.ts'
import { parseCount } from '../parse/number.ts'
import { parseTime } from '../parse/time.ts'
import { exitStatus } from '../run/exit-status.ts'
import { writeBytes } from '../write-bytes.ts'
import { runsAtOnce } from './concurrency.ts'
import { gradeTasks } from './grade-tasks.ts'
import { tableRow } from './table.ts'

interface GradeWords {
  readonly timeLimit?: string
  readonly evaluate?: string
  readonly parallel?: string
  readonly journal?: string
  readonly k?: string
  readonly trust?: string
  readonly json?: string
  readonly report: readonly string[]
  readonly audience: string
}

const evaluations: readonly Evaluate[] = ['package', 'all', 'first-failure', 'by-group']

/** Adds `mayfly grade`. */
export function addGradeCommand(program: Command, end: (status: number) => void): void {
  program
    .command('grade')
    .summary('judge a submission by a problem')
    .description(
      'Judges a submission, a file or a folder, by a problem: a package, also as a .zip, or a folder of *.in and *.ans. ' +
        'Where the problem is a file of tasks for models that write code, *.jsonl or *.json, the submission is a file of answers.',
    )
    .argument('<problem>')
    .argument('<submission>')
    .option('--time-limit <time>', "CPU time of one test, in place of the problem's")
    .option('--evaluate <tests>', `how far to go: ${evaluations.join(', ')}`, 'package')
    .option('--parallel <count>', 'tests that may run at once, where none decides over another', '1')
    .option('--journal <file>', 'keep what was judged in a file, and go on from there')
    .option('--k <counts>', 'with tasks: for which k pass@k is computed', '1,10,100')
    .option(
      '--trust <where>',
      'with tasks: whether answers are called in a container of their own: separate, shared',
      'separate',
    )
    .option('--json <file>', 'write the whole result as JSON')
    .option(
      '--report <format=file>',
      'write a report, may be given again',
      (text: string, earlier: string[]) => [...earlier, text],
      [],
    )
    .option('--audience <who>', 'whom reports are for: student, who learns little of hidden tests, or judge', 'student')
    .addHelpText('after', '\nExit status: 0 if accepted, 1 if not, 125 if it could not be judged.')
    .action(async (problem: string, submission: string, words: GradeWords) => {
      end(await grade(problem, submission, words))
    })
}

async function grade(problem: string, submission: string, words: GradeWords): Promise<number> {
  if (/\.jsonl?$/.test(problem)) return gradeTasks(problem, submission, words)
  const evaluate = evaluations.find((each) => each === words.evaluate)
  if (evaluate === undefined)
    throw invalidOption('--evaluate', `must be of ${evaluations.join(', ')}`, words.evaluate ?? '')
  const options = {
    evaluate,
    parallel: parseCount('--parallel', words.parallel ?? '1'),
    ...(words.timeLimit === undefined ? {} : { timeMs: parseTime('--time-limit', words.timeLimit) }),
    ...(words.journal === undefined ? {} : { journal: words.journal }),
  }
  const { createGrader, reportFormats, writeReport, visibleLine } = await import('@mayfly/grader')
  const reports = words.report.map((text) => parseReport(text, reportFormats))
  const audience = parseAudience(words.audience)
  await using sandbox = await createSandbox({ concurrency: runsAtOnce })
  await using grader = createGrader({ sandbox })
  for await (const event of grader.stream(problem, submission, options)) {
    await print(describeEvent(event, visibleLine))
    if (event.type !== 'done') continue
    const { result } = event
    if (words.json !== undefined) await writeFile(words.json, writeReport(result, 'json'))
    for (const { format, file } of reports) await writeFile(file, writeReport(result, format, { audience }))
    return statusOfVerdict(result)
  }
  return exitStatus.failed
}

function parseReport(
  text: string,
  formats: readonly ReportFormat[],
): { readonly format: ReportFormat; readonly file: string } {
  const [, name, file] = /^([a-z0-9-]+)=(.+)$/s.exec(text) ?? []
  const format = formats.find((each) => each === name)
  if (format === undefined || file === undefined)
    throw invalidOption('--report', `must be FORMAT=FILE, with a format of ${formats.join(', ')}`, text)
  return { format, file }
}

function parseAudience(text: string): 'student' | 'judge' {
  if (text === 'student' || text === 'judge') return text
  throw invalidOption('--audience', 'must be student or judge', text)
}

/** Makes what others wrote fit to be seen, on a line. */
type Visible = (text: string, max?: number) => string

function statusOfVerdict({ verdict }: GradeResult): number {
  if (verdict === 'AC') return 0
  return verdict === 'IE' || verdict === 'JE' ? exitStatus.failed : 1
}

function describeEvent(event: GradeEvent, visibleLine: Visible): string {
  switch (event.type) {
    case 'test':
      return `${describeTest(event.test, visibleLine)}\n`
    case 'compiled':
      return event.compile.verdict === 'AC' ? '' : `${visibleLine(event.compile.messages.text, 2000)}\n`
    case 'done':
      return `${describeResult(event.result, visibleLine)}\n`
    case 'compiling':
    case 'group':
      return ''
  }
}

const widths = [24, 4, 10, 10]

function describeTest({ id, verdict, usage, evidence }: TestResult, visibleLine: Visible): string {
  const time = usage === undefined ? '' : formatTime(Math.round(usage.cpuTimeMs))
  const memory = usage === undefined ? '' : formatSize(usage.memoryPeakBytes)
  const again = evidence.rerunCount === 0 ? '' : ` (run again ${evidence.rerunCount} times)`
  return tableRow([visibleLine(id), verdict, time, memory, `${visibleLine(evidence.reason)}${again}`], widths)
}

function describeResult({ verdict, reason, score, maxScore, cost }: GradeResult, visibleLine: Visible): string {
  const points = score === undefined ? '' : `, ${score} of ${maxScore ?? 'any number of'} points`
  return `${verdict}${points}: ${visibleLine(reason)} (${formatTime(Math.round(cost.coreSeconds * 1000))} of CPU time in all)`
}

async function print(text: string): Promise<void> {
  await writeBytes(process.stdout, new TextEncoder().encode(text))
}
