import type { RunResult } from '@mayfly/sandbox'
import type { Protocol } from '../problem/problem.ts'
import type { CheckResult } from '../verdict/facts.ts'

/** Where a checker finds what it compares, in its own container. */
export const checkerFiles = {
  input: 'input.in',
  answer: 'answer.ans',
  output: 'output.out',
  feedback: 'feedback/',
  submission: 'submission',
  run: 'run.json',
} as const

interface CheckerProtocol {
  /** After the program's own words and before the flags. */
  readonly args: readonly string[]
  /** Whether the output comes on standard input, and not as a file. */
  readonly outputOnStdin: boolean
  /** What the checker said, given that it ended by itself. */
  read(said: Said): CheckResult
}

interface Said {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
  readonly file: (name: string) => string | undefined
  readonly nextPass: Uint8Array | undefined
}

const { input, answer, output, feedback } = checkerFiles

/** How programs that check are called, and what their exit codes and words mean. */
export const protocols: { readonly [Name in Protocol]: CheckerProtocol } = {
  kattis: { args: [input, answer, feedback], outputOnStdin: true, read: readKattis },
  testlib: { args: [input, output, answer], outputOnStdin: false, read: readTestlib },
  cms: { args: [input, answer, output], outputOnStdin: false, read: readCms },
  coci: { args: [input, output, answer], outputOnStdin: false, read: readCoci },
  peg: { args: [output, answer, input], outputOnStdin: false, read: readPeg },
  hustoj: { args: [input, answer, output], outputOnStdin: false, read: readExitCode },
  'exit-code': { args: [input, output, answer], outputOnStdin: false, read: readExitCode },
}

/** What a checker said, whatever became of it. */
export function readChecker(protocol: Protocol, result: RunResult): CheckResult {
  if (result.status === 'limited')
    return failed(`the checker exceeded ${result.limit}: ${result.evidence.measured} of ${result.evidence.limit}`)
  if (result.status === 'signaled') return failed(`the checker ended by ${result.signal}`)
  return protocols[protocol].read({
    exitCode: result.exitCode,
    stdout: String(result.stdout),
    stderr: String(result.stderr),
    file: (name) => textOf(result.files.get(`${feedback}${name}`)),
    nextPass: result.files.get(`${feedback}nextpass.in`),
  })
}

/** What of the feedback directory is of use. */
export const feedbackFiles: readonly string[] = [
  ...['judgemessage.txt', 'teammessage.txt', 'score.txt', 'score_multiplier.txt', 'nextpass.in'],
].map((name) => `${feedback}${name}`)

function readKattis({ exitCode, file, stderr, nextPass }: Said): CheckResult {
  const [judgeMessage, teamMessage] = [file('judgemessage.txt')?.trim(), file('teammessage.txt')?.trim()]
  const messages = {
    ...(judgeMessage === undefined ? {} : { judgeMessage }),
    ...(teamMessage === undefined ? {} : { teamMessage }),
  }
  if (exitCode !== 42 && exitCode !== 43)
    return failed(
      `the validator ended with ${exitCode}, which is neither 42 nor 43${stderr === '' ? '' : `: ${firstLine(stderr)}`}`,
    )
  if (exitCode === 43) {
    if (nextPass !== undefined) return failed('the validator rejects, and asks for another pass')
    const scoreFile = (['score.txt', 'score_multiplier.txt'] as const).find((name) => file(name) !== undefined)
    return { kind: 'wrong', ...messages, ...(scoreFile === undefined ? {} : { scoreFile }) }
  }
  const scored = scoreOf(file('score.txt'), file('score_multiplier.txt'))
  if (typeof scored === 'string') return failed(scored)
  const kind = scored.ratio !== undefined && scored.ratio < 1 ? 'partial' : 'accepted'
  return { kind, ...scored, ...messages, ...(nextPass === undefined ? {} : { nextPass }) }
}

function scoreOf(
  score: string | undefined,
  multiplier: string | undefined,
): string | Pick<CheckResult, 'ratio' | 'points' | 'scoreFile'> {
  if (score !== undefined && multiplier !== undefined) return 'the validator wrote score.txt and score_multiplier.txt'
  if (score !== undefined) {
    const points = Number(score.trim())
    return score.trim() === '' || !Number.isFinite(points)
      ? `score.txt holds no number: ${firstLine(score)}`
      : { points, scoreFile: 'score.txt' }
  }
  if (multiplier === undefined) return {}
  const ratio = Number(multiplier.trim())
  if (multiplier.trim() === '' || !(ratio >= 0 && ratio <= 1))
    return `score_multiplier.txt must be from 0 to 1: ${firstLine(multiplier)}`
  return { ratio, scoreFile: 'score_multiplier.txt' }
}

const partialBase = 50

function readTestlib({ exitCode, stderr, stdout }: Said): CheckResult {
  const judgeMessage = firstLine(stderr === '' ? stdout : stderr)
  // Its exit code is the percentage itself, or 50 more, and may be that of another verdict; words alone may be anybody's
  const percentage = Number(/^partially correct \((\d+)\)/.exec(stderr)?.[1])
  if (exitCode === percentage || exitCode === percentage + partialBase)
    return partly(Math.min(1, percentage / 100), judgeMessage)
  if (exitCode === 0) return { kind: 'accepted', judgeMessage }
  if (exitCode === 1 || exitCode === 8) return { kind: 'wrong', judgeMessage }
  if (exitCode === 2 || exitCode === 4) return { kind: 'presentation', judgeMessage }
  const points = /^points\s+([\d.eE+-]+)/m.exec(stderr)?.[1]
  if (exitCode === 7 && points !== undefined && Number.isFinite(Number(points)))
    return { kind: 'partial', points: Number(points), judgeMessage }
  if (exitCode === 7) return failed(`the checker tells no number of points: ${judgeMessage}`)
  if (exitCode >= partialBase && exitCode <= partialBase + 200)
    return partly(Math.min(1, (exitCode - partialBase) / 100), judgeMessage)
  return failed(`the checker failed with ${exitCode}: ${judgeMessage}`)
}

const cmsWords: Readonly<Record<string, string>> = {
  'translate:success': 'Output is correct',
  'translate:wrong': "Output isn't correct",
  'translate:partial': 'Output is partially correct',
}

function readCms({ exitCode, stdout, stderr }: Said): CheckResult {
  const word = firstLine(stderr)
  const message = cmsWords[word] ?? word
  const text = firstLine(stdout)
  const ratio = Number(text)
  if (exitCode !== 0) return failed(`the checker ended with ${exitCode}: ${message}`)
  if (text === '' || !(ratio >= 0 && ratio <= 1))
    return failed(`the first line of the checker must be a number from 0 to 1: ${text}`)
  return byRatio(ratio, message)
}

function readCoci({ exitCode, stderr }: Said): CheckResult {
  if (exitCode === 0) return { kind: 'accepted' }
  if (exitCode === 1) return { kind: 'wrong', judgeMessage: firstLine(stderr) }
  if (exitCode === 2) return { kind: 'presentation', judgeMessage: firstLine(stderr) }
  const [said, part, whole] = /^partial (\d+)\/(\d*[1-9]\d*)$/m.exec(stderr) ?? []
  const ratio = Number(part) / Number(whole)
  if (exitCode === 7 && said !== undefined)
    return ratio > 1 ? failed(`the checker gives more than all points: ${said}`) : partly(ratio, said)
  return failed(`the checker ended with ${exitCode}: ${firstLine(stderr)}`)
}

/** A part of the points is told in two lines, by one who ends as if all was wrong. */
function readPeg({ exitCode, stdout, stderr }: Said): CheckResult {
  if (exitCode === 0) return { kind: 'accepted' }
  if (exitCode !== 1) return failed(`the checker ended with ${exitCode}: ${firstLine(stderr)}`)
  const [, part = '0', whole = '1'] = /^(\d+)\n(\d*[1-9]\d*)$/m.exec(stdout) ?? []
  return byRatio(Math.min(1, Number(part) / Number(whole)), '')
}

function readExitCode({ exitCode, stdout, stderr }: Said): CheckResult {
  const judgeMessage = firstLine(stderr === '' ? stdout : stderr)
  if (exitCode === 0) return { kind: 'accepted', judgeMessage }
  return exitCode === 1
    ? { kind: 'wrong', judgeMessage }
    : failed(`the checker ended with ${exitCode}: ${judgeMessage}`)
}

/** A part of the points, be it none: the checker did not call it wrong. */
function partly(ratio: number, judgeMessage: string): CheckResult {
  return { kind: ratio === 1 ? 'accepted' : 'partial', ratio, judgeMessage }
}

function byRatio(ratio: number, message: string): CheckResult {
  const said = message === '' ? {} : { judgeMessage: message }
  if (ratio === 0) return { kind: 'wrong', ratio, ...said }
  return { kind: ratio === 1 ? 'accepted' : 'partial', ratio, ...said }
}

function failed(judgeMessage: string): CheckResult {
  return { kind: 'failed', judgeMessage }
}

const lineMax = 500

function firstLine(text: string): string {
  return (text.trimStart().split('\n')[0] ?? '').trimEnd().slice(0, lineMax)
}

function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes && Buffer.from(bytes).toString('utf8')
}
