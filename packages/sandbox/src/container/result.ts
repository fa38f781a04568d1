import { SandboxError } from '../errors.ts'
import type { HostFeature } from '../features.ts'
import type { Limits } from '../limits.ts'
import type { CompiledPolicy } from '../policy/filter.ts'
import { reportFlag } from '../supervisor/protocol-report.ts'
import type { Report, ReportedUsage } from '../supervisor/report.ts'
import type { Changes, CollectedEntry, LeftFile } from './collect.ts'
import { nothingCollected, type Collected } from './collector.ts'
import type { ResolvedCommand } from './command.ts'
import { asSampled, judge, judgeWhole, type Ending, type Limited, type Outcome } from './outcome.ts'
import type { Layer } from './layer.ts'
import { judgeStart } from './start-failure.ts'
import { readViolations, type Violation } from './violations.ts'

/** What a run used: the command's whole tree, and nothing of what watches it. */
export interface Usage extends ReportedUsage {
  /** From exec to the end. */
  readonly wallTimeMs: number
  readonly cpuTimeMs: number
  readonly userTimeMs: number
  readonly systemTimeMs: number
  /** The peak of its cgroup, page cache and private files included. */
  readonly memoryPeakBytes: number
  /** The largest single process. */
  readonly residentPeakBytes: number
  readonly processPeakCount: number
  /** By the calls of every process of the run, whatever the file system; so is `writtenBytes`. */
  readonly readBytes: number
  readonly writtenBytes: number
  readonly voluntarySwitchCount: number
  readonly involuntarySwitchCount: number
  readonly minorFaultCount: number
  readonly majorFaultCount: number
  /** How long the CPU quota held it back. */
  readonly throttledMs: number
}

/** What a command wrote to a stream. */
export interface Output {
  readonly bytes: Uint8Array
  /** As far as it was read: a run is killed soon after it passes `outputBytes`. */
  readonly totalBytes: number
  readonly truncated: boolean
  /** The bytes as UTF-8. */
  toString(): string
}

/** What a run left and used. */
export interface RunReport {
  readonly stdout: Output
  readonly stderr: Output
  readonly usage: Usage
  /**
   * What it tried and was refused, or what its namespaces are bound to refuse, in the order in which it came first. Up
   * to 64 kinds are told apart.
   */
  readonly violations: readonly Violation[]
  /** How many such calls there were in all: more than `violations` tell where there were more than 64 kinds. */
  readonly refusalCount: number
  /** What `collect` selected, by path: those that were named first, as they were named. Empty with `collectTo`. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** The files and directories that were collected, wherever to. */
  readonly collected: readonly CollectedEntry[]
  /** What `collect` selected and was left, and why. */
  readonly leftFiles: readonly LeftFile[]
  /** With `collect: 'changes'`: what is not as it was when the command started. */
  readonly changes?: Changes
  /** `memoryPeakBytes` is that of its whole life: its limits were renewed, and the kernel could not start it anew. */
  readonly memoryPeakIsOlder?: true
  /** With `freeze`: what it left in its working directory. The caller's to close. */
  readonly layer?: Layer
  /** Protections that this run went without, see `allowMissing`. */
  readonly missing: readonly HostFeature[]
}

/** How a run ended. Whatever the command itself does is a value, never an exception. */
export type RunResult = RunReport & (Ending | Limited)

/** What of a run its result depends on. */
export interface ResultContext {
  readonly command: ResolvedCommand
  readonly limits: Limits
  readonly missing: readonly HostFeature[]
  readonly callOf: CompiledPolicy['callOf']
  /** Where it ran in a container that is kept open. */
  readonly inside?: { readonly limits: Limits }
}

/** Makes a report the result that callers see. Throws where the run failed for a reason that is not the command's. */
export function resultOf(
  report: Report,
  { command, limits, missing, callOf, inside }: ResultContext,
  collected: Collected = nothingCollected,
): RunResult {
  const isByHost = inside !== undefined && (report.flags & reportFlag.BY_HOST) !== 0
  const outcome = isByHost ? judgeWhole(report, inside.limits, report.hostMeasured) : outcomeOf(report, command, limits)
  return {
    ...(missing.includes('cgroup') ? asSampled(outcome) : outcome),
    stdout: new StreamOutput(report.stdout, report.stdoutTotalBytes),
    stderr: new StreamOutput(report.stderr, report.stderrTotalBytes),
    usage: report.usage,
    violations: readViolations(report.violations, callOf),
    refusalCount: report.refusalCount,
    ...collected,
    ...((report.flags & reportFlag.OLDER_PEAK) === 0 ? {} : ({ memoryPeakIsOlder: true } as const)),
    missing,
  }
}

function outcomeOf(report: Report, command: ResolvedCommand, limits: Limits): Outcome {
  const outcome = report.failedStep === 0 ? judge(report, limits) : judgeStart(report, command, limits)
  if (outcome instanceof SandboxError) throw outcome
  if (outcome === undefined) {
    throw new SandboxError('CONTAINER_FAILED', 'the container was lost: its init ended before the command did')
  }
  return outcome
}

class StreamOutput implements Output {
  readonly bytes: Buffer
  readonly totalBytes: number

  constructor(bytes: Buffer, totalBytes: number) {
    this.bytes = bytes
    this.totalBytes = totalBytes
  }

  get truncated(): boolean {
    return this.bytes.length < this.totalBytes
  }

  toString(): string {
    return this.bytes.toString('utf8')
  }
}
