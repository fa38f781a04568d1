import { writeFile } from 'node:fs/promises'

import {
  createGrader,
  visibleLine,
  type Evaluate,
  type GradeEvent,
  type GradeResult,
  type TestResult,
} from '@mayfly/grader'
import { createSandbox } from '@mayfly/sandbox'
import type { Command } from 'commander'

import { formatSize, formatTime } from '../format.ts'
import { invalidOption } from '../invalid-option.ts'
import { parseCount } from '../parse/number.ts'
import { parseTime } from '../parse/time.ts'
import { exitStatus } from '../run/exit-status.ts'
import { writeBytes } from '../write-bytes.ts'
import { tableRow } from './table.ts'

interface GradeWords {
  readonly timeLimit?: string
  readonly evaluate?: string
  readonly parallel?: string
  readonly journal?: string
  readonly json?: string
}

const evaluations: readonly Evaluate[] = ['package', 'all', 'first-failure', 'by-group']

/** Adds `mayfly grade`. */
export function addGradeCommand(program: Command, end: (status: number) => void): void {
  program
    .command('grade')
    .summary('judge a submission by a problem')
    .description('Judges a submission, a file or a folder, by a problem: a package, or a folder of *.in and *.ans.')
    .argument('<problem>')
    .argument('<submission>')
    .option('--time-limit <time>', "CPU time of one test, in place of the problem's")
    .option('--evaluate <tests>', `how far to go: ${evaluations.join(', ')}`, 'package')
    .option('--parallel <count>', 'tests that may run at once, where none decides over another', '1')
    .option('--journal <file>', 'keep what was judged in a file, and go on from there')
    .option('--json <file>', 'write the whole result as JSON')
    .addHelpText('after', '\nExit status: 0 if accepted, 1 if not, 125 if it could not be judged.')
    .action(async (problem: string, submission: string, words: GradeWords) => {
      end(await grade(problem, submission, words))
    })
}

async function grade(problem: string, submission: string, words: GradeWords): Promise<number> {
  const evaluate = evaluations.find((each) => each === words.evaluate)
  if (evaluate === undefined)
    throw invalidOption('--evaluate', `must be of ${evaluations.join(', ')}`, words.evaluate ?? '')
  const options = {
    evaluate,
    parallel: parseCount('--parallel', words.parallel ?? '1'),
    ...(words.timeLimit === undefined ? {} : { timeMs: parseTime('--time-limit', words.timeLimit) }),
    ...(words.journal === undefined ? {} : { journal: words.journal }),
  }
  await using sandbox = await createSandbox()
  await using grader = createGrader({ sandbox })
  for await (const event of grader.stream(problem, submission, options)) {
    await print(describeEvent(event))
    if (event.type !== 'done') continue
    if (words.json !== undefined) await writeFile(words.json, `${JSON.stringify(event.result, null, 2)}\n`)
    return statusOfVerdict(event.result)
  }
  return exitStatus.failed
}

function statusOfVerdict({ verdict }: GradeResult): number {
  if (verdict === 'AC') return 0
  return verdict === 'IE' || verdict === 'JE' ? exitStatus.failed : 1
}

function describeEvent(event: GradeEvent): string {
  switch (event.type) {
    case 'test':
      return `${describeTest(event.test)}\n`
    case 'compiled':
      return event.compile.verdict === 'AC' ? '' : `${visibleLine(event.compile.messages.text, 2000)}\n`
    case 'done':
      return `${describeResult(event.result)}\n`
    case 'compiling':
    case 'group':
      return ''
  }
}

const widths = [24, 4, 10, 10]

function describeTest({ id, verdict, usage, evidence }: TestResult): string {
  const time = usage === undefined ? '' : formatTime(Math.round(usage.cpuTimeMs))
  const memory = usage === undefined ? '' : formatSize(usage.memoryPeakBytes)
  const again = evidence.rerunCount === 0 ? '' : ` (run again ${evidence.rerunCount} times)`
  return tableRow([visibleLine(id), verdict, time, memory, `${visibleLine(evidence.reason)}${again}`], widths)
}

function describeResult({ verdict, reason, score, maxScore, cost }: GradeResult): string {
  const points = score === undefined ? '' : `, ${score} of ${maxScore ?? 'any number of'} points`
  return `${verdict}${points}: ${visibleLine(reason)} (${formatTime(Math.round(cost.coreSeconds * 1000))} of CPU time in all)`
}

async function print(text: string): Promise<void> {
  await writeBytes(process.stdout, new TextEncoder().encode(text))
}
