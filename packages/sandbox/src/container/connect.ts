import { SandboxError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import { readUint64, viewOf } from '../supervisor/integers.ts'
import { pairPart, stream } from '../supervisor/protocol.ts'
import { endedBy, traceLayout } from '../supervisor/protocol-report.ts'
import type { Report } from '../supervisor/report.ts'
import type { Exchange, Supervisor } from '../supervisor/supervisor.ts'
import { KiB, MiB } from '../units.ts'
import { Collector } from './collector.ts'
import { resolveCommand, type Argv, type Command } from './command.ts'
import { loadFiles, noFiles, type LoadedFiles } from './files.ts'
import { fileBytesMax, type PairPlace } from './request.ts'
import { handOver } from './hand-over.ts'
import { resultOf, type RunResult } from './result.ts'
import { encodeRun, type Run } from './run.ts'
import { readSummary, readTranscript, type RelaySummary, type Side, type Transcript, type Way } from './transcript.ts'

/** One of two commands that are connected. Its standard input is what the other one writes. */
export interface Stage {
  readonly command: Argv | Command
  /** Put over the sandbox's, one by one. `outputBytes` is what it may write to the other one, and to standard error. */
  readonly limits?: Partial<Limits>
}

/** How two connected commands ended. */
export interface ConnectResult {
  /** As `run` gives it; `stdout` has the bytes counted that it wrote to the other one, and keeps none. */
  readonly left: RunResult
  readonly right: RunResult
  /**
   * Who ended first: who was seen to let go of both of its pipes before the other one had; where that was at once, whose
   * process ended first.
   */
  readonly endedFirst: Side
  readonly leftToRight: Way
  readonly rightToLeft: Way
  /** With `transcriptBytes`. */
  readonly transcript?: Transcript
}

/** Two runs whose turn has come. */
export interface Pair {
  readonly left: Run
  readonly right: Run
  /** Of the sandbox: what the run that carries their words is limited by where they say nothing of it. */
  readonly limits: Limits
  /** Of no other pair of the same supervisor. */
  readonly number: number
  readonly transcriptBytes: number
  readonly signal: AbortSignal | undefined
}

/** Runs two commands in a container each, connected; settles once every process of both is dead. */
export async function connectCommands(supervisor: Supervisor, pair: Pair): Promise<ConnectResult> {
  const [left, right] = await Promise.all([requestOf(supervisor, pair, 'left'), requestOf(supervisor, pair, 'right')])
  const request = encodeRun(relayRun(pair), noFiles, noInput, 0, { pair: placeOf(pair, pairPart.RELAY) })
  const exchanges: Exchange[] = []
  const collectors: (Collector | undefined)[] = []
  try {
    for (const [index, side] of sides.entries()) {
      const taken = (bytes: number): void => exchanges[index]?.sendTaken(stream.COLLECTED, bytes)
      collectors.push(await blaming(side, async () => Collector.openFor(pair[side], taken)))
    }
    pair.signal?.throwIfAborted()
    const relay = { request, files: noFiles }
    for (const [index, each] of [left, right, relay].entries())
      exchanges.push(handOver(supervisor, each.request, each.files, collectors[index]?.listener))
    const reports = await reportsOf(exchanges, pair.signal)
    return await resultOfPair(pair, reports, collectors)
  } finally {
    await Promise.all(collectors.map(async (collector) => collector?.close()))
  }
}

const sides = ['left', 'right'] as const

const noInput = { first: new Uint8Array(0), rest: undefined } as const

interface Handed {
  readonly request: Buffer
  readonly files: LoadedFiles
}

async function requestOf(supervisor: Supervisor, pair: Pair, side: Side): Promise<Handed> {
  const run = pair[side]
  return blaming(side, async () => {
    const files = await loadFiles(run.command.files, fileBytesMax, supervisor)
    const part = side === 'left' ? pairPart.LEFT : pairPart.RIGHT
    const layer = run.command.base?.numberFor(supervisor) ?? 0
    return { files, request: encodeRun(run, files, noInput, layer, { pair: placeOf(pair, part) }) }
  })
}

function placeOf({ number, left, right, transcriptBytes }: Pair, part: number): PairPlace {
  if (part !== pairPart.RELAY) return { number, part }
  const bytesMax = [left.limits.outputBytes, right.limits.outputBytes] as const
  return { number, part, relay: { bytesMax, transcriptBytes } }
}

/** It ends when both of them have: what it is limited by only has to be finite, and beyond what they may take. */
function relayRun({ left, right, limits, transcriptBytes }: Pair): Run {
  const sparedMs = 60_000
  const timeMs = Math.min(left.limits.wallTimeMs + right.limits.wallTimeMs + sparedMs, Number.MAX_SAFE_INTEGER)
  return {
    ...left,
    command: resolveCommand(['relay']),
    limits: {
      ...limits,
      ...{ wallTimeMs: timeMs, cpuTimeMs: timeMs, idleTimeMs: timeMs, cpus: 1 },
      ...{ memoryBytes: 32 * MiB, outputBytes: transcriptBytes + KiB },
    },
  }
}

type Reports = readonly [left: Report, right: Report, relay: Report]

/** All three, once all are over; where one cannot do its part, the others are ended. */
async function reportsOf(exchanges: readonly Exchange[], signal: AbortSignal | undefined): Promise<Reports> {
  const endAll = (): void => {
    for (const exchange of exchanges) exchange.kill()
  }
  signal?.addEventListener('abort', endAll, { once: true })
  for (const { report } of exchanges) report.then(({ failedStep }) => failedStep === 0 || endAll(), endAll)
  const settled = await Promise.allSettled(exchanges.map(({ report }) => report))
  signal?.removeEventListener('abort', endAll)
  signal?.throwIfAborted()
  const [left, right, relay] = settled.map((each) => {
    if (each.status === 'rejected') throw each.reason
    return each.value
  })
  if (left === undefined || right === undefined || relay === undefined) throw lost()
  return [left, right, relay]
}

function lost(): SandboxError {
  return new SandboxError('CONTAINER_FAILED', 'what carried the words of the two commands was lost')
}

async function resultOfPair(
  pair: Pair,
  [left, right, relay]: Reports,
  collectors: readonly (Collector | undefined)[],
): Promise<ConnectResult> {
  const summary = readSummary(relay.stderr)
  const started = left.failedStep === 0 && right.failedStep === 0
  const results = {
    left: await blaming('left', async () =>
      resultOf(counted(left, summary?.ways.left), pair.left, await collectors[0]?.finish()),
    ),
    right: await blaming('right', async () =>
      resultOf(counted(right, summary?.ways.right), pair.right, await collectors[1]?.finish()),
    ),
  }
  if (summary === undefined && started && !wasKilled(relay)) throw lost()
  const startNs = Math.min(...[left, right].map((report) => timeOf(report, 'started_ns')).filter((ns) => ns > 0))
  const failed = left.failedStep === 0 ? 'right' : 'left'
  const ways = summary?.ways ?? neverOpened(failed)
  return {
    ...results,
    endedFirst: endedFirst(summary === undefined ? failed : summary.endedFirst, left, right),
    leftToRight: wayOf(ways.left, startNs),
    rightToLeft: wayOf(ways.right, startNs),
    ...(pair.transcriptBytes === 0
      ? {}
      : {
          transcript: {
            entries: readTranscript(relay.stdout, startNs),
            truncated: summary?.transcriptTruncated ?? false,
          },
        }),
  }
}

/** What it wrote went past its own container's pipes. */
function counted(report: Report, way: { readonly bytes: number } | undefined): Report {
  return way === undefined ? report : { ...report, stdoutTotalBytes: Math.max(report.stdoutTotalBytes, way.bytes) }
}

type Ways = RelaySummary['ways']

function neverOpened(side: Side): Ways {
  const none = { bytes: 0, endedBy: side, endedNs: 0 }
  return { left: none, right: none }
}

function wayOf({ bytes, endedBy: side, endedNs }: Ways[Side], startNs: number): Way {
  return { bytes, endedBy: side, endedAtMs: Number.isFinite(startNs) ? Math.max(0, endedNs - startNs) / 1e6 : 0 }
}

function wasKilled(report: Report): boolean {
  return report.endedBy === endedBy.KILLED
}

/** Who was seen to let go of both pipes first; where that was at once, what two inits took the times of. */
function endedFirst(seen: Side | undefined, left: Report, right: Report): Side {
  if (seen !== undefined) return seen
  return timeOf(right, 'ended_ns') < timeOf(left, 'ended_ns') ? 'right' : 'left'
}

function timeOf(report: Report, step: 'started_ns' | 'ended_ns'): number {
  return readUint64(viewOf(report.trace), traceLayout[step])
}

/** An error of the one or the other says whose it is. */
export async function blaming<Value>(side: Side, work: () => Promise<Value> | Value): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error
    const { code, message, errno, path } = error
    throw new SandboxError(code, `${side}: ${message}`, { errno, path, side, cause: error })
  }
}
