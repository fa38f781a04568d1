import type { Command, ConnectResult, FileSource, RunResult } from '@mayfly/sandbox'
import type { Problem, Test } from '../problem/problem.ts'
import { factsOf, type CheckResult } from '../verdict/facts.ts'
import { decide } from '../verdict/precedence.ts'
import { checkOutput, withinPoints } from './check.ts'
import { memoryFile, remember, validationLimits, withTrusted, type CheckerOutcome } from './checker.ts'
import { runUntilSure, type Measured } from './doubt.ts'
import type { Job } from './job.ts'
import { notReady, type Judged } from './judged.ts'
import type { ReadyProduct } from './product.ts'
import { checkerFiles, feedbackFiles, readChecker } from './protocols.ts'
import { limitsOfTest } from './run-limits.ts'
import { submissionCommand } from './submission-command.ts'
import { textsOf } from './texts.ts'
import { connectWithin } from './workshop.ts'

type Interactor = NonNullable<Problem['interactor']>

/** One go of both sides. */
interface Go extends Measured {
  /** Undefined where one of them could not be started. */
  readonly pair: ConnectResult | undefined
  readonly side?: 'left' | 'right' | undefined
}

interface Pass {
  readonly input: Uint8Array
  readonly answer: Uint8Array
  readonly memory: Uint8Array | undefined
}

/** Lets a submission talk to the interactor of its problem, each in a container of its own. */
export async function judgeInteractive(job: Job, test: Test, interactor: Interactor): Promise<Judged> {
  const { workshop, problem } = job
  const outcome = await withTrusted(workshop, problem, interactor.program, async (product): Promise<Judged> => {
    const texts = await textsOf(job, test)
    if (!('input' in texts)) return notReady(job, test, texts)
    const { answer } = texts
    let pass: Pass = { ...texts, memory: undefined }
    for (let passCount = 1; ; passCount++) {
      const { judged, memory } = await judgePass(job, test, interactor, product, pass)
      const nextPass = judged.check?.nextPass
      if (nextPass === undefined || judged.decision.verdict !== 'AC') return { ...judged, passCount }
      if (passCount >= problem.limits.passCount) {
        const reason = `the interactor asks for more than ${problem.limits.passCount} passes`
        return { ...judged, passCount, decision: { verdict: 'JE', reason } }
      }
      pass = { input: nextPass, answer, memory }
    }
  })
  return 'decision' in outcome ? outcome : notReady(job, test, outcome)
}

async function judgePass(
  job: Job,
  test: Test,
  interactor: Interactor,
  product: ReadyProduct,
  pass: Pass,
): Promise<{ readonly judged: Judged; readonly memory: Uint8Array | undefined }> {
  const { measured, rerunCount } = await runUntilSure(job, test, async (alone) =>
    run(job, test, interactor, product, pass, alone),
  )
  const { judged: limits, enforced } = limitsOfTest(job, test)
  const { result, pressure, pair, side } = measured
  const common = { limits, memoryBytes: enforced.memoryBytes ?? 0, rerunCount, pressure, passCount: 1 }
  if ('infrastructure' in result)
    return { judged: { ...common, decision: decide({ ...result, limits }) }, memory: undefined }
  if (pair === undefined || 'cannotStart' in result) {
    const reason = 'cannotStart' in result ? result.cannotStart : 'could not be started'
    return { judged: { ...common, decision: { verdict: side === 'right' ? 'JE' : 'RTE', reason } }, memory: undefined }
  }
  const exitedFirst = pair.endedFirst === 'left' ? 'submission' : 'interactor'
  const said = readChecker(interactor.protocol, pair.right)
  const outcome = await checkedOutput(job, test, interactor, pass, pair.right, said)
  const { infrastructure } = outcome
  const check = withinPoints(job.problem, test, outcome.check)
  const facts = {
    run: factsOf(result),
    limits,
    check,
    exitedFirst,
    ...(infrastructure === undefined ? {} : { infrastructure }),
  } as const
  const judged = {
    ...common,
    run: result,
    check,
    exitedFirst,
    decision: decide(facts),
    dialogue: dialogueOf(pair),
  } as const
  return { judged, memory: pair.right.files.get(memoryFile) }
}

/** An interactor made with testlib may leave an output, which a checker then looks at. */
async function checkedOutput(
  { workshop, problem, cost }: Job,
  test: Test,
  { protocol }: Interactor,
  { input, answer }: Pass,
  { files }: RunResult,
  said: CheckResult,
): Promise<CheckerOutcome> {
  const output = files.get(checkerFiles.output)
  if (protocol !== 'testlib' || said.kind !== 'accepted' || output === undefined || problem.compare.kind !== 'program')
    return { check: said }
  return checkOutput(workshop, problem, problem.compare, { input, answer, output, flags: test.checkerFlags }, cost)
}

async function run(
  job: Job,
  test: Test,
  interactor: Interactor,
  product: ReadyProduct,
  pass: Pass,
  alone: boolean,
): Promise<Go> {
  const { workshop, cost, problem } = job
  const { enforced } = limitsOfTest(job, test)
  const submission = await submissionCommand(job, test, undefined, enforced.memoryBytes ?? 0)
  const own = validationLimits(problem)
  const right = { command: interactorCommand(problem, interactor, product, pass, test.checkerFlags), limits: own }
  const stop = workshop.pressure.start()
  const pair = await connectWithin(workshop, { command: submission, limits: enforced }, right, alone)
  const pressure = stop()
  if (!('left' in pair))
    return { result: pair, pressure, pair: undefined, side: 'side' in pair ? pair.side : undefined }
  cost.add(pair.left.usage)
  cost.add(pair.right.usage)
  // Who was rejected and talks on takes any time, and it does not matter
  const isSettled = pair.endedFirst === 'right' && readChecker(interactor.protocol, pair.right).kind === 'wrong'
  return { result: pair.left, pressure, pair, isSettled }
}

/**
 * An interactor whose submission has gone away must be able to go on writing: whether it would notice depends on who is
 * faster, and it would end by SIGPIPE in place of its own verdict. So its words go through a second process, which takes
 * what nobody reads any more. Both let go of the pipes to the submission at once, when it ends.
 */
const keepWriting = `{ "$@"; echo $? >/tmp/status; } | { cat 2>/dev/null; cat >/dev/null; }
exit "$(cat /tmp/status)"`

const { input: inputFile, answer: answerFile, output: outputFile, feedback: feedbackFolder } = checkerFiles
const interactorWords: { readonly [Protocol in Interactor['protocol']]: readonly string[] } = {
  kattis: [inputFile, answerFile, feedbackFolder],
  testlib: [inputFile, outputFile, answerFile],
  coci: [inputFile, outputFile, answerFile],
  peg: [inputFile, answerFile],
  'exit-code': [inputFile, answerFile],
}

/** For programs whose C library would keep what they print; where there is no stdbuf, they must flush. */
const atOnce = ['sh', '-c', 'command -v stdbuf >/dev/null || exec "$@"; exec stdbuf -o0 "$@"', 'sh']

function interactorCommand(
  { multiPass }: Problem,
  { protocol, args = interactorWords[protocol], unbuffered = false }: Interactor,
  product: ReadyProduct,
  { input, answer, memory }: Pass,
  flags: readonly string[],
): Command {
  const own = [...(unbuffered ? atOnce : []), ...product.argv(0), ...args, ...flags]
  const start = product.start()
  const files: Record<string, FileSource> = {
    ...start.files,
    [checkerFiles.input]: input,
    [checkerFiles.answer]: answer,
    ...(protocol === 'kattis' ? { [`${checkerFiles.feedback}.keep`]: '' } : {}),
    ...(memory === undefined ? {} : { [memoryFile]: memory }),
  }
  const remembering = multiPass ? ['sh', '-c', remember, 'sh', ...own] : own
  return {
    argv: ['sh', '-c', keepWriting, 'sh', ...remembering],
    env: product.env,
    ...start,
    files,
    collect: [
      ...(protocol === 'kattis' ? feedbackFiles : protocol === 'testlib' ? [outputFile] : []),
      ...(multiPass ? [memoryFile] : []),
    ],
  }
}

/** What both said, line by line: `>` the submission, `<` the interactor. */
function dialogueOf({ transcript }: ConnectResult): string {
  const lines = (transcript?.entries ?? []).map(({ from, bytes }) => {
    const text = Buffer.from(bytes).toString('utf8').replace(/\n$/, '')
    return text.replaceAll(/^/gm, from === 'left' ? '> ' : '< ')
  })
  return lines.join('\n')
}
