import { MiB, SandboxError, type Layer, type Limits, type RunResult } from '@mayfly/sandbox'
import { memoryHere } from '../problem/bounds.ts'
import type { SourceFiles } from '../problem/problem.ts'
import { captureOf, type Capture } from './result.ts'
import { runWithin, type Workshop } from './workshop.ts'

const compileFileBytes = 256 * MiB
const compileProcessCount = 256
/** Of what a compiler says. */
const outputBytes = MiB

/** What compiling may use. */
export interface CompileLimits {
  readonly timeMs: number
  readonly memoryBytes: number
}

/** One run of a compiler. */
export interface CompilerRun {
  readonly files: SourceFiles
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>> | undefined
  /** The file that it is to leave; undefined where it only looks. */
  readonly product: string | undefined
  readonly limits: CompileLimits
  /** Keep what it leaves as a layer, where this host can. */
  readonly freeze: boolean
}

/** Runs a compiler in a container of its own. */
export async function runCompiler(workshop: Workshop, run: CompilerRun): ReturnType<typeof runWithin> {
  const { files, argv, env = {}, product, limits } = run
  const command = { argv, env, files, ...(product === undefined ? {} : { collect: [product] }) }
  const used: Partial<Limits> = {
    cpuTimeMs: limits.timeMs,
    wallTimeMs: 2 * limits.timeMs,
    memoryBytes: memoryHere(limits.memoryBytes),
    diskBytes: compileFileBytes,
    fileBytes: compileFileBytes,
    processCount: compileProcessCount,
    cpuWeight: 100,
    outputBytes,
  }
  const freeze = run.freeze && workshop.layers.supported
  try {
    return await runWithin(workshop, command, used, { freeze })
  } catch (error) {
    workshop.signal?.throwIfAborted()
    if (!freeze || !(error instanceof SandboxError) || error.code !== 'UNSUPPORTED_HOST') throw error
    workshop.layers.supported = false
    return runWithin(workshop, command, used)
  }
}

/** Frees the layer of a run that is of no use. */
export async function dropLayer({ layer }: RunResult): Promise<void> {
  const kept: Layer | undefined = layer
  await kept?.close()
}

/** What a compiler is to blame its input for; undefined if it is content. */
export function failureOf(
  result: RunResult,
): { readonly kind: 'failed' | 'limited'; readonly reason: string } | undefined {
  if (result.status === 'exited')
    return result.exitCode === 0 ? undefined : { kind: 'failed', reason: `the compiler ended with ${result.exitCode}` }
  if (result.status === 'signaled') return { kind: 'failed', reason: `the compiler ended by ${result.signal}` }
  const isTime = result.limit === 'cpuTime' || result.limit === 'wallTime' || result.limit === 'idleTime'
  const { limit, evidence } = result
  const reason = `the compiler exceeded ${limit}: ${evidence.measured} of ${evidence.limit}`
  return { kind: isTime ? 'limited' : 'failed', reason }
}

/** What it said. */
export function messagesOf({ stdout, stderr }: RunResult): Capture {
  const totalBytes = stdout.totalBytes + stderr.totalBytes
  return captureOf(Buffer.concat([stdout.bytes, stderr.bytes]), totalBytes)
}
