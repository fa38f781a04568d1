import { readUint64, viewOf } from './integers.ts'
import { violationLayout } from './protocol.ts'
import { failureLayout, readyLayout, reportLayout as at, traceLayout, usageLayout as of } from './protocol-report.ts'

/** struct usage. */
export interface ReportedUsage {
  readonly wallTimeMs: number
  readonly cpuTimeMs: number
  readonly userTimeMs: number
  readonly systemTimeMs: number
  readonly memoryPeakBytes: number
  readonly residentPeakBytes: number
  readonly processPeakCount: number
  readonly readBytes: number
  readonly writtenBytes: number
  readonly voluntarySwitchCount: number
  readonly involuntarySwitchCount: number
  readonly minorFaultCount: number
  readonly majorFaultCount: number
  readonly throttledMs: number
}

/** The pool of containers, as it was when a report was sent. */
export interface Pool {
  readonly ready: number
  readonly busy: number
  readonly making: number
  readonly destroying: number
  readonly coldStartCount: number
}

/** FRAME_REPORT: what the kernel and the supervisor saw of a run, not yet judged. */
export interface Report {
  readonly endedBy: number
  readonly waitStatus: number
  readonly flags: number
  readonly failedStep: number
  readonly failedError: number
  /** Of step FILES: which one. */
  readonly failedIndex: number
  readonly usage: ReportedUsage
  readonly oomKillCount: number
  readonly processMaxCount: number
  readonly stdoutTotalBytes: number
  readonly stderrTotalBytes: number
  /** Of the channel that carried most. */
  readonly channelTotalBytes: number
  readonly diskFreeBytes: number
  readonly diskFreeInodes: number
  /** Where it was killed for that: how long it had used no CPU. */
  readonly idleTimeMs: number
  /** Where a limit of the container that it ran in ended it: what all in there had used, in the limit's unit. */
  readonly hostMeasured: number
  readonly stdout: Buffer
  readonly stderr: Buffer
  /** struct violation, one behind the other, in the order in which they came first. */
  readonly violations: Buffer
  /** Calls that were noted in all, those of kinds that were not told apart any more included. */
  readonly refusalCount: number
  /** The number of the layer that it left; 0: none. */
  readonly layer: number
  readonly pool: Pool
  /** struct trace, read only where somebody wants to know. */
  readonly trace: Buffer
}

/** struct ready. */
export interface Ready {
  readonly version: number
  readonly cgroupVersion: number
  readonly missingBits: number
}

/** struct failure, and what it was about. */
export interface Failure {
  readonly step: number
  readonly errno: number
  readonly detail: string
}

/** Reads a report; the streams are views of the frame. Throws a RangeError on one that is too short. */
export function readReport(body: Buffer): Report {
  const view = viewOf(body)
  const violationsEnd = at.size + view.getUint32(at.violation_count, true) * violationLayout.size
  const stdoutEnd = violationsEnd + view.getUint32(at.stdout_bytes, true)
  const stderrEnd = stdoutEnd + view.getUint32(at.stderr_bytes, true)
  if (stderrEnd > body.length) throw new RangeError(`a report of ${body.length} bytes announces ${stderrEnd}`)
  return {
    endedBy: view.getUint32(at.ended_by, true),
    waitStatus: view.getUint32(at.wait_status, true),
    flags: view.getUint32(at.flags, true),
    failedStep: view.getUint32(at.failed_step, true),
    failedError: view.getUint32(at.failed_error, true),
    failedIndex: view.getUint32(at.failed_index, true),
    usage: readUsage(view, at.usage),
    oomKillCount: readUint64(view, at.oom_kill_count),
    processMaxCount: readUint64(view, at.process_max_count),
    stdoutTotalBytes: readUint64(view, at.stdout_total_bytes),
    stderrTotalBytes: readUint64(view, at.stderr_total_bytes),
    channelTotalBytes: readUint64(view, at.channel_total_bytes),
    diskFreeBytes: readUint64(view, at.disk_free_bytes),
    diskFreeInodes: readUint64(view, at.disk_free_inodes),
    idleTimeMs: view.getFloat64(at.idle_time_ms, true),
    hostMeasured: view.getFloat64(at.host_measured, true),
    violations: body.subarray(at.size, violationsEnd),
    refusalCount: readUint64(view, at.refusal_count),
    stdout: body.subarray(violationsEnd, stdoutEnd),
    stderr: body.subarray(stdoutEnd, stderrEnd),
    layer: view.getUint32(at.layer, true),
    pool: readPool(view),
    trace: body.subarray(at.trace, at.trace + traceLayout.size),
  }
}

function readUsage(view: DataView, offset: number): ReportedUsage {
  return {
    wallTimeMs: view.getFloat64(offset + of.wall_time_ms, true),
    cpuTimeMs: view.getFloat64(offset + of.cpu_time_ms, true),
    userTimeMs: view.getFloat64(offset + of.user_time_ms, true),
    systemTimeMs: view.getFloat64(offset + of.system_time_ms, true),
    memoryPeakBytes: readUint64(view, offset + of.memory_peak_bytes),
    residentPeakBytes: readUint64(view, offset + of.resident_peak_bytes),
    processPeakCount: readUint64(view, offset + of.process_peak_count),
    readBytes: readUint64(view, offset + of.read_bytes),
    writtenBytes: readUint64(view, offset + of.written_bytes),
    voluntarySwitchCount: readUint64(view, offset + of.voluntary_switch_count),
    involuntarySwitchCount: readUint64(view, offset + of.involuntary_switch_count),
    minorFaultCount: readUint64(view, offset + of.minor_fault_count),
    majorFaultCount: readUint64(view, offset + of.major_fault_count),
    throttledMs: view.getFloat64(offset + of.throttled_ms, true),
  }
}

function readPool(view: DataView): Pool {
  return {
    ready: view.getUint32(at.pool_ready, true),
    busy: view.getUint32(at.pool_busy, true),
    making: view.getUint32(at.pool_making, true),
    destroying: view.getUint32(at.pool_destroying, true),
    coldStartCount: readUint64(view, at.cold_start_count),
  }
}

/** Reads the answer to FRAME_CONFIGURE. */
export function readReady(body: Buffer): Ready {
  return {
    version: body.readUInt32LE(readyLayout.version),
    cgroupVersion: body.readUInt32LE(readyLayout.cgroup_version),
    missingBits: body.readUInt32LE(readyLayout.missing),
  }
}

/** Reads FRAME_USED. */
export function readUsed(body: Buffer): ReportedUsage {
  return readUsage(viewOf(body), 0)
}

/** Reads FRAME_FAILED. */
export function readFailure(body: Buffer): Failure {
  return {
    step: body.readUInt32LE(failureLayout.step),
    errno: body.readUInt32LE(failureLayout.error),
    detail: body.toString('utf8', failureLayout.size),
  }
}
