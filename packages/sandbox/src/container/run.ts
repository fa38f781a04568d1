import type { HostFeature } from '../features.ts'
import type { Limits } from '../limits.ts'
import type { CompiledPolicy } from '../policy/filter.ts'
import { remembered } from '../supervisor/integers.ts'
import { stream } from '../supervisor/protocol.ts'
import type { Report } from '../supervisor/report.ts'
import type { Exchange, Supervisor } from '../supervisor/supervisor.ts'
import { Collector, type Collected } from './collector.ts'
import type { ResolvedCommand } from './command.ts'
import { loadFiles, type LoadedFiles } from './files.ts'
import { handOver } from './hand-over.ts'
import { KeptLayer, type LayerWays } from './layer.ts'
import { encodeRequest, fileBytesMax, type Attachment, type Inside, type PairPlace } from './request.ts'
import { resultOf, type RunResult } from './result.ts'
import { resourceLimits, type ResourceLimit } from './rlimits.ts'
import { KeptBlob } from './blob.ts'
import { inputBlob, splitStdin, StreamSender, type SplitStdin } from './stdin.ts'
import type { RunTracer } from './trace.ts'

/** A run whose turn has come. */
export interface Run {
  readonly command: ResolvedCommand
  readonly limits: Limits
  readonly fixedResourceLimits: readonly ResourceLimit[]
  readonly missing: readonly HostFeature[]
  readonly callOf: CompiledPolicy['callOf']
  readonly signal: AbortSignal | undefined
  /** Where somebody wants to know when what was done. */
  readonly tracer: RunTracer | undefined
  /** Whether to keep what it leaves in its working directory. */
  readonly freeze: boolean
  /** Keeps the supervisor for the sake of what is left there, until what it returns is called. */
  readonly hold: () => () => void
  /** For the layer that it leaves. */
  readonly ways: LayerWays
  /** Nothing is executed: a packed tree comes by standard input. */
  readonly unpacks?: boolean
  /** Where it runs in a container that is kept open. */
  readonly inside?: Inside
}

/** Runs a command in a container of its own; settles once every process of it is dead. */
export async function runCommand(supervisor: Supervisor, run: Run): Promise<RunResult> {
  const { command } = run
  const files = await loadFiles(command.files, fileBytesMax, supervisor)
  const input = KeptBlob.is(command.stdin)
    ? { ...splitStdin(undefined), blob: await inputBlob(command.stdin, supervisor) }
    : splitStdin(command.stdin)
  if (command.collect === undefined) return started(supervisor, run, files, input).result
  const taken = (bytes: number): void => exchange?.sendTaken(stream.COLLECTED, bytes)
  let exchange: Exchange | undefined
  const collector = await Collector.open(command.collect, run.limits, taken)
  try {
    const under = started(supervisor, run, files, input, collector)
    exchange = under.exchange
    return await under.result
  } finally {
    await collector.close()
  }
}

/** Hands it over; the result is that of what becomes of it. */
function started(
  supervisor: Supervisor,
  run: Run,
  files: LoadedFiles,
  stdin: SplitStdin,
  collector?: Collector,
): { readonly exchange: Exchange; readonly result: Promise<RunResult> } {
  run.signal?.throwIfAborted()
  const layer = run.command.base?.numberFor(supervisor) ?? 0
  const request = encodeRun(run, files, stdin, layer, run.unpacks === undefined ? {} : { unpacks: run.unpacks })
  run.tracer?.mark('encodedMs')
  const sender =
    stdin.rest === undefined ? undefined : new StreamSender((bytes) => exchange.sendBytes(stream.INPUT, bytes))
  const listener = {
    taken: (_stream: number, bytes: number) => sender?.taken(bytes),
    bytes: (_stream: number, bytes: Buffer) => collector?.push(bytes),
  }
  const wantsToHear = sender !== undefined || collector !== undefined
  const exchange = handOver(supervisor, request, files, wantsToHear ? listener : undefined)
  const report =
    stdin.rest === undefined || sender === undefined ? guarded(exchange, run) : fed(exchange, sender, stdin.rest, run)
  return { exchange, result: finished(supervisor, run, exchange, report, collector) }
}

async function finished(
  supervisor: Supervisor,
  run: Run,
  exchange: Exchange,
  whenReported: Promise<Report>,
  collector: Collector | undefined,
): Promise<RunResult> {
  const report = await whenReported
  run.tracer?.take(report)
  return resultWith(
    supervisor,
    report,
    run,
    collector === undefined ? undefined : await collectedOf(exchange, collector),
  )
}

/** What was collected; where that failed, nobody will hear of the layer. */
export async function collectedOf(exchange: Exchange, collector: Collector): Promise<Collected> {
  try {
    return await collector.finish()
  } catch (error) {
    exchange.dropLayer()
    throw error
  }
}

/** The result, with the layer if it left one; a layer that nobody will hear of is freed. */
export function resultWith(supervisor: Supervisor, report: Report, run: Run, collected?: Collected): RunResult {
  if (report.layer === 0) return resultOf(report, run, collected)
  try {
    const depth = (run.command.base?.depth ?? 0) + 1
    const layer = new KeptLayer(supervisor, report.layer, depth, run.hold(), run.ways)
    return { ...resultOf(report, run, collected), layer }
  } catch (error) {
    supervisor.closeLayer(report.layer)
    throw error
  }
}

/** Most runs of a sandbox share all three. */
const resourceLimitsOf = remembered((fixed: readonly ResourceLimit[]) =>
  remembered((missing: readonly HostFeature[]) =>
    remembered((limits: Limits) => resourceLimits(limits, fixed, missing)),
  ),
)

/** The request of a run whose files have been read. */
export function encodeRun(
  { command, limits, fixedResourceLimits, missing, freeze, inside }: Run,
  files: LoadedFiles,
  stdin: SplitStdin,
  layer: number,
  joined: {
    readonly attachment?: Attachment
    readonly pair?: PairPlace
    readonly unpacks?: boolean
    readonly keptOpen?: boolean
  } = {},
): Buffer {
  return encodeRequest({
    command,
    files: files.placed,
    filesFollow: files.following !== undefined,
    limits,
    resourceLimits: resourceLimitsOf(fixedResourceLimits)(missing)(limits),
    stdin: stdin.first,
    inputBlob: stdin.blob ?? 0,
    stdinFollows: stdin.rest !== undefined || (joined.attachment !== undefined && stdin.blob === undefined),
    layer,
    freeze,
    inside,
    ...joined,
  })
}

/** An aborted run rejects with the signal's reason, but not before its container is dead. */
export async function guarded(exchange: Exchange, { signal, tracer }: Pick<Run, 'signal' | 'tracer'>): Promise<Report> {
  tracer?.mark('writtenMs')
  if (signal === undefined) return exchange.report
  const kill = (): void => exchange.kill()
  signal.addEventListener('abort', kill, { once: true })
  // Whatever came of a run that was called off, the reason goes first.
  return exchange.report.finally(() => {
    signal.removeEventListener('abort', kill)
    if (signal.aborted) exchange.dropLayer()
    signal.throwIfAborted()
  })
}

/** A run with standard input that follows: a source that fails kills the run, which then rejects with its error. */
async function fed(
  exchange: Exchange,
  sender: StreamSender,
  source: AsyncIterable<Uint8Array>,
  run: Run,
): Promise<Report> {
  const failure = sender.sendAll(source).then(
    () => undefined,
    (error: unknown) => {
      exchange.kill()
      return { error }
    },
  )
  try {
    const report = await guarded(exchange, run)
    sender.over()
    const failed = await failure
    if (failed !== undefined) {
      exchange.dropLayer()
      throw failed.error
    }
    return report
  } finally {
    sender.over()
  }
}
