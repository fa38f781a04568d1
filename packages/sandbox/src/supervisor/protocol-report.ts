/** The wire, of what supervisors answer: native/src/protocol_report.h. */

export const endedBy = {
  COMMAND: 0,
  OUTPUT: 1,
  MEMORY: 2,
  CPU_TIME: 3,
  IDLE_TIME: 4,
  WALL_TIME: 5,
  KILLED: 6,
  LOST: 7,
} as const

export const reportFlag = { ENDED_FIRST: 1, OLDER_PEAK: 2, BY_HOST: 256 } as const

export const readyLayout = { size: 16, version: 0, cgroup_version: 4, missing: 8, reserved: 12 } as const

export const failureLayout = { size: 8, step: 0, error: 4 } as const

/** struct usage: doubles for times, 64-bit integers for the rest. */
export const usageLayout = {
  size: 112,
  wall_time_ms: 0,
  cpu_time_ms: 8,
  user_time_ms: 16,
  system_time_ms: 24,
  memory_peak_bytes: 32,
  resident_peak_bytes: 40,
  process_peak_count: 48,
  read_bytes: 56,
  written_bytes: 64,
  voluntary_switch_count: 72,
  involuntary_switch_count: 80,
  minor_fault_count: 88,
  major_fault_count: 96,
  throttled_ms: 104,
} as const

export const traceLayout = {
  size: 48,
  received_ns: 0,
  handed_out_ns: 8,
  started_ns: 16,
  ended_ns: 24,
  end_received_ns: 32,
  counted_ns: 40,
} as const

export const reportLayout = {
  size: 304,
  ended_by: 0,
  wait_status: 4,
  flags: 8,
  failed_step: 12,
  failed_error: 16,
  failed_index: 20,
  usage: 24,
  oom_kill_count: 136,
  process_max_count: 144,
  stdout_total_bytes: 152,
  stderr_total_bytes: 160,
  channel_total_bytes: 168,
  disk_free_bytes: 176,
  disk_free_inodes: 184,
  idle_time_ms: 192,
  stdout_bytes: 200,
  stderr_bytes: 204,
  violation_count: 208,
  layer: 212,
  refusal_count: 216,
  pool_ready: 224,
  pool_busy: 228,
  pool_making: 232,
  pool_destroying: 236,
  cold_start_count: 240,
  host_measured: 248,
  trace: 256,
} as const
