import type { Limits, RunResult } from '@mayfly/sandbox'
import type { Job } from '../judge/job.ts'
import { captureOf, nothing, type TestResult } from '../judge/result.ts'
import type { Scored } from '../judge/scores.ts'
import { memoryHere } from '../problem/bounds.ts'
import { bigOf, worst, type Verdict } from '../verdict/verdict.ts'
import type { Harness, HarnessTest } from './harness.ts'
import { libraryFiles } from './javascript/files.ts'
import { pythonLibrary, runCommand } from './python.ts'
import { readResults } from './results.ts'
import { serveHarness } from './session.ts'

/** What came of a harness. */
export interface HarnessOutcome {
  readonly scored: Scored & { readonly reason?: string }
  readonly tests: readonly TestResult[]
}

const fileRoomBytes = 64 * 1024 * 1024
const harnessProcessCount = 128

/** Runs an instructor's tests on a submission. Whoever wrote the result was never where the submission could be. */
export async function judgeByHarness(job: Job, harness: Harness, entry: string): Promise<HarnessOutcome> {
  const result = harness.trust === 'separate' ? await runApart(job, harness, entry) : await runTogether(job, harness)
  job.cost.add(result.usage)
  const told = result.files.get(harness.resultFile)
  if (told === undefined) return broken(`${describe(result)} and left no ${harness.resultFile}`, result)
  try {
    const tests = readResults(harness.format, told).map((test) => testResultOf(test, job))
    return { scored: scoreOf(tests), tests }
  } catch (error) {
    return broken(`${harness.resultFile}: ${error instanceof Error ? error.message : String(error)}`, result)
  }
}

function broken(why: string, { stderr }: RunResult): HarnessOutcome {
  const said = captureOf(stderr.bytes).text.trim().split('\n').at(-1) ?? ''
  return { scored: { id: '', verdict: 'JE', reason: `the tests ${why}${said === '' ? '' : `: ${said}`}` }, tests: [] }
}

function describe(result: RunResult): string {
  if (result.status === 'limited') return `exceeded ${result.limit}`
  return result.status === 'exited' ? `ended with ${result.exitCode}` : `ended by ${result.signal}`
}

function limitsOf({ wallTimeMs, memoryBytes }: Harness): Partial<Limits> {
  return {
    wallTimeMs,
    cpuTimeMs: wallTimeMs,
    memoryBytes: memoryHere(memoryBytes),
    diskBytes: fileRoomBytes,
    processCount: harnessProcessCount,
    cpuWeight: 100,
  }
}

/** The limits of one call, or one run, of the submission. */
function submissionLimits({ problem, timeMs, program }: Job): Partial<Limits> {
  return {
    cpuTimeMs: timeMs,
    wallTimeMs: 2 * timeMs + 2000,
    memoryBytes: memoryHere(problem.limits.memoryBytes),
    outputBytes: problem.limits.outputBytes,
    processCount: 64 + program.ownProcessCount,
    cpuWeight: 100,
  }
}

async function runApart(job: Job, harness: Harness, entry: string): Promise<RunResult> {
  const command = {
    argv: harness.run,
    files: {
      ...libraryFiles,
      ...harness.files,
      'mayfly.py': pythonLibrary,
      'mayfly-run': { content: runCommand, mode: 0o755 },
    },
    collect: [harness.resultFile],
  }
  const { signal } = job.workshop
  const options = { channels: ['mayfly'], ...(signal === undefined ? {} : { signal }) }
  const running = await job.workshop.sandbox.spawn(command, limitsOf(harness), options)
  const channel = running.channels['mayfly']
  if (channel === undefined) throw new Error('the channel is missing')
  running.stdin.end()
  const errors = keep(running.stderr)
  const output = keep(running.stdout)
  const serving = serveHarness(job, entry, channel, submissionLimits(job)).catch(async (error: unknown) => {
    running.kill()
    throw error
  })
  const [result, , stdout, stderr] = await Promise.all([running.result, serving, output, errors])
  return { ...result, stdout: withBytes(result.stdout, stdout), stderr: withBytes(result.stderr, stderr) }
}

const keptBytes = 64 * 1024

async function keep(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let kept = 0
  for await (const part of stream) {
    if (kept >= keptBytes) continue
    parts.push(part)
    kept += part.length
  }
  return Buffer.concat(parts).subarray(0, keptBytes)
}

function withBytes(output: RunResult['stdout'], bytes: Uint8Array): RunResult['stdout'] {
  const { totalBytes } = output
  return {
    bytes,
    totalBytes,
    truncated: bytes.length < totalBytes,
    toString: () => Buffer.from(bytes).toString('utf8'),
  }
}

/** Tests and submission in one container, as asked for by name: each can do to the other what it likes. */
async function runTogether({ workshop, program }: Job, harness: Harness): Promise<RunResult> {
  const start = program.start()
  const command = {
    argv: harness.run,
    env: program.env,
    ...start,
    files: { ...start.files, ...harness.files },
    collect: [harness.resultFile],
  }
  const { sandbox, signal } = workshop
  return sandbox.run(command, limitsOf(harness), signal === undefined ? {} : { signal })
}

const verdictOf: { readonly [Status in HarnessTest['status']]: Verdict } = {
  pass: 'AC',
  fail: 'WA',
  error: 'RTE',
  skip: 'SK',
}

function testResultOf(test: HarnessTest, { problem, timeMs }: Job): TestResult {
  const partial = test.status !== 'pass' && (test.score ?? 0) > 0
  const verdict = partial ? 'PA' : verdictOf[test.status]
  const limits = { cpuTimeMs: timeMs, wallTimeMs: 2 * timeMs + 2000, outputBytes: problem.limits.outputBytes }
  const reason = test.message === '' ? `the test says ${test.status}` : test.message
  const score = test.score ?? (test.maxScore !== undefined && verdict === 'AC' ? test.maxScore : undefined)
  return {
    id: test.name,
    group: '',
    verdict,
    big: bigOf(verdict),
    ...(score === undefined && test.maxScore === undefined ? {} : { score: score ?? 0 }),
    ...(test.maxScore === undefined ? {} : { maxScore: test.maxScore }),
    evidence: { reason, limits, exitCode: null, signal: null, nearLimit: false, rerunCount: 0, refused: [] },
    stdout: nothing,
    stderr: nothing,
    feedback: test.message === '' ? {} : { team: test.message },
    hidden: test.hidden,
    passCount: 1,
  }
}

function scoreOf(tests: readonly TestResult[]): Scored {
  const verdict = worst(tests.map((test) => test.verdict))
  if (tests.every(({ score, maxScore }) => score === undefined && maxScore === undefined)) return { id: '', verdict }
  const sum = (list: readonly (number | undefined)[]): number =>
    list.reduce<number>((total, each) => total + (each ?? 0), 0)
  const score = sum(tests.map((test) => test.score))
  const maxScore = sum(tests.map((test) => test.maxScore ?? test.score))
  return { id: '', verdict: verdict !== 'AC' && score > 0 ? 'PA' : verdict, score, maxScore }
}
