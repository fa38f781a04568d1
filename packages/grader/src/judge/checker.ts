import type { Command, FileSource, Limits, RunResult } from '@mayfly/sandbox'
import { memoryHere } from '../problem/bounds.ts'
import type { Problem, ProgramSource, Protocol } from '../problem/problem.ts'
import type { CheckResult } from '../verdict/facts.ts'
import { compileProgram } from './compile.ts'
import type { CostMeter } from './cost.ts'
import type { ReadyProduct } from './product.ts'
import { checkerFiles, feedbackFiles, protocols, readChecker } from './protocols.ts'
import { runWithin, type Workshop } from './workshop.ts'

/** What a checker is to judge. */
export interface Checked {
  readonly input: Uint8Array
  readonly answer: Uint8Array
  readonly output: Uint8Array
  readonly flags: readonly string[]
  /** What it left in its feedback directory in an earlier pass, as an archive. */
  readonly memory?: Uint8Array | undefined
  /** Whether it is to keep what is in there for a next pass. */
  readonly keepsMemory?: boolean
  /** What was submitted, and what its run used, for checkers that are told. */
  readonly about?: AboutRun | undefined
}

/** What a checker may be told of a run beside its output. */
export interface AboutRun {
  readonly source: Uint8Array
  readonly language: string
  readonly cpuTimeMs: number
  readonly memoryPeakBytes: number
}

/** What came of a check. */
export interface CheckerOutcome {
  readonly check: CheckResult
  readonly memory?: Uint8Array | undefined
  /** Set where we or the host failed. */
  readonly infrastructure?: string
}

/** Limits of programs that belong to a problem. */
export function validationLimits({ limits }: Problem): Partial<Limits> {
  return {
    cpuTimeMs: limits.validationTimeMs,
    wallTimeMs: 2 * limits.validationTimeMs,
    memoryBytes: memoryHere(limits.validationMemoryBytes),
    outputBytes: limits.validationOutputBytes,
    diskBytes: 256 * 1024 * 1024,
    processCount: 64,
    cpuWeight: 100,
  }
}

/** Compiles a program that belongs to the problem, and uses it; one that cannot be compiled is the package's fault. */
export async function withTrusted<Value>(
  workshop: Workshop,
  problem: Pick<Problem, 'limits'>,
  source: ProgramSource,
  use: (product: ReadyProduct) => Promise<Value>,
): Promise<Value | CheckerOutcome> {
  const { compileTimeMs: timeMs, compileMemoryBytes: memoryBytes } = problem.limits
  const { product, release } = await compileProgram(workshop, source, { limits: { timeMs, memoryBytes } })
  try {
    if (product.kind === 'ready') return await use(product)
  } finally {
    await release()
  }
  if (product.kind === 'broken') return { check: { kind: 'failed' }, infrastructure: product.reason }
  const why = `${source.name} could not be compiled: ${product.reason}\n${product.messages.text}`
  return { check: { kind: 'failed', judgeMessage: why.trim() } }
}

/** What a validator leaves for its next pass. */
export const memoryFile = 'feedback.tar'
/** Runs a validator so that it finds what it left in an earlier pass. */
export const remember = `[ ! -e ${memoryFile} ] || tar xf ${memoryFile}
mkdir -p feedback; rm -f feedback/nextpass.in ${memoryFile}
status=0; "$@" || status=$?
tar cf ${memoryFile} feedback; exit $status`

/** A checker, and how it is called. */
interface CheckerProgram {
  readonly source: ProgramSource
  readonly protocol: Protocol
  readonly args?: readonly string[] | undefined
}

/** Runs a checker in a container of its own; it never sees anything of the submission but its output. */
export async function runChecker(
  workshop: Workshop,
  problem: Problem,
  { source, protocol, args }: CheckerProgram,
  checked: Checked,
  cost: CostMeter,
): Promise<CheckerOutcome> {
  return withTrusted(workshop, problem, source, async (product): Promise<CheckerOutcome> => {
    const limits = validationLimits(problem)
    const words: CalledAs = { protocol, args: args ?? protocols[protocol].args }
    const result = await runWithin(workshop, commandOf(product, words, checked, limits.memoryBytes ?? 0), limits)
    if ('infrastructure' in result) return { check: { kind: 'failed' }, infrastructure: result.infrastructure }
    if ('cannotStart' in result) return { check: { kind: 'failed', judgeMessage: result.cannotStart } }
    cost.add(result.usage)
    return { check: readChecker(protocol, result), memory: memoryOf(result) }
  })
}

interface CalledAs {
  readonly protocol: Protocol
  readonly args: readonly string[]
}

function commandOf(
  product: ReadyProduct,
  { protocol, args }: CalledAs,
  checked: Checked,
  memoryBytes: number,
): Command {
  const { outputOnStdin } = protocols[protocol]
  const own = [...product.argv(memoryBytes), ...args, ...checked.flags]
  const start = product.start()
  const files: Record<string, FileSource> = {
    ...start.files,
    [checkerFiles.input]: checked.input,
    [checkerFiles.answer]: checked.answer,
    ...(outputOnStdin ? { [`${checkerFiles.feedback}.keep`]: '' } : { [checkerFiles.output]: checked.output }),
    ...(checked.memory === undefined ? {} : { [memoryFile]: checked.memory }),
    ...aboutFiles(checked.about),
  }
  const keeps = checked.keepsMemory === true
  return {
    argv: keeps ? ['sh', '-c', remember, 'sh', ...own] : own,
    env: product.env,
    ...start,
    files,
    ...(outputOnStdin ? { stdin: checked.output } : {}),
    collect: [...(outputOnStdin ? feedbackFiles : []), ...(keeps ? [memoryFile] : [])],
  }
}

function aboutFiles(about: AboutRun | undefined): Readonly<Record<string, FileSource>> {
  if (about === undefined) return {}
  const { source, ...run } = about
  return { [checkerFiles.submission]: source, [checkerFiles.run]: JSON.stringify(run) }
}

function memoryOf({ files }: RunResult): Uint8Array | undefined {
  return files.get(memoryFile)
}
