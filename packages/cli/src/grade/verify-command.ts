import type { ControlReport, SubmissionReport, VerifyReport } from '@mayfly/grader'
import { createSandbox } from '@mayfly/sandbox'
import type { Command } from 'commander'

import { formatTime } from '../format.ts'
import { parseCount } from '../parse/number.ts'
import { writeBytes } from '../write-bytes.ts'
import { runsAtOnce } from './concurrency.ts'
import { tableRow } from './table.ts'

interface VerifyWords {
  readonly json?: true
  readonly repeat: string
  readonly controls: boolean
}

/** Adds `mayfly verify`. */
export function addVerifyCommand(program: Command, end: (status: number) => void): void {
  program
    .command('verify')
    .summary('check that a problem package keeps its promises')
    .description(
      'Judges every submission that came with a problem and compares with what is promised of it; then some that solve no problem, which a sound checker rejects.',
    )
    .argument('<problem>')
    .option('--json', 'print the report as JSON')
    .option('--repeat <count>', 'how often to judge each submission, to find flaky ones', '1')
    .option('--no-controls', 'leave out what solves no problem')
    .addHelpText('after', '\nExit status: 0 if everything is as promised, 1 if not.')
    .action(async (path: string, words: VerifyWords) => {
      end(await verify(path, words))
    })
}

async function verify(path: string, { json, repeat, controls }: VerifyWords): Promise<number> {
  const count = parseCount('--repeat', repeat)
  const { createGrader, loadProblem, visibleLine } = await import('@mayfly/grader')
  const problem = await loadProblem(path)
  await using sandbox = await createSandbox({ concurrency: runsAtOnce })
  await using grader = createGrader({ sandbox })
  const show = (text: string): void => {
    if (json !== true) process.stdout.write(`${text}\n`)
  }
  const report = await grader.verify(problem, {
    repeat: count,
    ...(controls ? {} : { controls: [] }),
    onSubmission: (each) => show(describeSubmission(each, visibleLine)),
    onControl: (each) => show(describeControl(each)),
  })
  const text = json === true ? JSON.stringify(report, null, 2) : describeEnd(report, visibleLine)
  await writeBytes(process.stdout, new TextEncoder().encode(`${text}\n`))
  return report.ok ? 0 : 1
}

/** Makes what others wrote fit to be seen, on a line. */
type Visible = (text: string) => string

const widths = [6, 36, 4, 10, 8]

function describeSubmission(
  { name, verdict, slowestMs, score, differences, flaky, rerunCount }: SubmissionReport,
  visibleLine: Visible,
): string {
  const isRight = differences.length === 0 && !flaky
  const points = score === undefined ? '' : `${Math.round(score * 100) / 100}`
  const notes = [flaky ? 'flaky' : '', rerunCount > 0 ? `${rerunCount} tests run again` : ''].filter(
    (note) => note !== '',
  )
  const cells = [
    isRight ? 'ok' : 'WRONG',
    visibleLine(name),
    verdict,
    formatTime(Math.round(slowestMs)),
    points,
    notes.join(', '),
  ]
  return [tableRow(cells, widths), ...differences.map((text) => `         ${visibleLine(text)}`)].join('\n')
}

function describeControl({ name, verdict, accepted, ok }: ControlReport): string {
  const note = ok ? '' : accepted ? 'accepted, though it solves nothing' : 'could not be judged'
  return tableRow([ok ? 'ok' : 'WRONG', `(control) ${name}`, verdict, '', '', note], widths)
}

function describeEnd({ timeMs, computed, problems, warnings, ok, format }: VerifyReport, visibleLine: Visible): string {
  const from =
    computed === undefined
      ? ''
      : `, from ${computed.slowestAccepted} with ${formatTime(Math.round(computed.slowestAcceptedMs))}`
  return [
    ...problems.map((text) => `WRONG   ${visibleLine(text)}`),
    ...warnings.map((text) => `note    ${visibleLine(text)}`),
    `${format}, time limit ${formatTime(timeMs)}${from}`,
    ok ? 'Everything is as promised.' : 'Not everything is as promised.',
  ].join('\n')
}
