import { readUint64 } from './integers.ts'
import { failureLayout, readyLayout, reportLayout as at, usageLayout as of } from './protocol.ts'

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
  readonly diskFreeBytes: number
  readonly diskFreeInodes: number
  /** Where it was killed for that: how long it had used no CPU. */
  readonly idleTimeMs: number
  readonly stdout: Buffer
  readonly stderr: Buffer
  readonly fileCount: number
  /** struct collected, each with its content. */
  readonly files: Buffer
  readonly pool: Pool
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

/** Reads a report; streams and files are views of the frame. Throws a RangeError on one that is too short. */
export function readReport(body: Buffer): Report {
  const stdoutEnd = at.size + body.readUInt32LE(at.stdout_bytes)
  const stderrEnd = stdoutEnd + body.readUInt32LE(at.stderr_bytes)
  const filesEnd = stderrEnd + body.readUInt32LE(at.files_bytes)
  if (filesEnd > body.length) throw new RangeError(`a report of ${body.length} bytes announces ${filesEnd}`)
  return {
    endedBy: body.readUInt32LE(at.ended_by),
    waitStatus: body.readUInt32LE(at.wait_status),
    flags: body.readUInt32LE(at.flags),
    failedStep: body.readUInt32LE(at.failed_step),
    failedError: body.readUInt32LE(at.failed_error),
    failedIndex: body.readUInt32LE(at.failed_index),
    usage: readUsage(body, at.usage),
    oomKillCount: readUint64(body, at.oom_kill_count),
    processMaxCount: readUint64(body, at.process_max_count),
    stdoutTotalBytes: readUint64(body, at.stdout_total_bytes),
    stderrTotalBytes: readUint64(body, at.stderr_total_bytes),
    diskFreeBytes: readUint64(body, at.disk_free_bytes),
    diskFreeInodes: readUint64(body, at.disk_free_inodes),
    idleTimeMs: body.readDoubleLE(at.idle_time_ms),
    stdout: body.subarray(at.size, stdoutEnd),
    stderr: body.subarray(stdoutEnd, stderrEnd),
    fileCount: body.readUInt32LE(at.file_count),
    files: body.subarray(stderrEnd, filesEnd),
    pool: readPool(body),
  }
}

function readUsage(body: Buffer, offset: number): ReportedUsage {
  return {
    wallTimeMs: body.readDoubleLE(offset + of.wall_time_ms),
    cpuTimeMs: body.readDoubleLE(offset + of.cpu_time_ms),
    userTimeMs: body.readDoubleLE(offset + of.user_time_ms),
    systemTimeMs: body.readDoubleLE(offset + of.system_time_ms),
    memoryPeakBytes: readUint64(body, offset + of.memory_peak_bytes),
    residentPeakBytes: readUint64(body, offset + of.resident_peak_bytes),
    processPeakCount: readUint64(body, offset + of.process_peak_count),
    readBytes: readUint64(body, offset + of.read_bytes),
    writtenBytes: readUint64(body, offset + of.written_bytes),
    voluntarySwitchCount: readUint64(body, offset + of.voluntary_switch_count),
    involuntarySwitchCount: readUint64(body, offset + of.involuntary_switch_count),
    minorFaultCount: readUint64(body, offset + of.minor_fault_count),
    majorFaultCount: readUint64(body, offset + of.major_fault_count),
    throttledMs: body.readDoubleLE(offset + of.throttled_ms),
  }
}

function readPool(body: Buffer): Pool {
  return {
    ready: body.readUInt32LE(at.pool_ready),
    busy: body.readUInt32LE(at.pool_busy),
    making: body.readUInt32LE(at.pool_making),
    destroying: body.readUInt32LE(at.pool_destroying),
    coldStartCount: readUint64(body, at.cold_start_count),
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

/** Reads FRAME_FAILED. */
export function readFailure(body: Buffer): Failure {
  return {
    step: body.readUInt32LE(failureLayout.step),
    errno: body.readUInt32LE(failureLayout.error),
    detail: body.toString('utf8', failureLayout.size),
  }
}
