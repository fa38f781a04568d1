/**
 * The wire: constants, sizes and offsets of native/src/protocol.h, which a test compares with this. Everything is
 * little-endian; `size` is that of the struct, the other names are offsets of its members.
 */
export const protocolVersion = 1

/** Frames longer than this are refused by both sides. */
export const frameLengthMax = 256 * 1024 * 1024

/** Layers that a supervisor keeps at once, and how many may stand on one another. */
export const layersMax = 256
export const layerDepthMax = 16

/** The collect section is at most this long. */
export const collectBytesMax = 64 * 1024

/** Runs handed to a supervisor and not yet reported; ... */
export const runsMax = 512

/** ... of them so many pairs, each of two runs and the one that carries their words, ... */
export const pairsMax = 64

/** ... and so many runs in containers that are kept open, those included that were reported and are being removed. */
export const guestsMax = 128

export const frameType = {
  CONFIGURE: 1,
  RUN: 2,
  KILL: 4,
  SIGNAL: 5,
  RESIZE: 6,
  USAGE: 7,
  RENEW: 8,
  LAYER_CLOSE: 9,
  BLOB_OPEN: 32,
  BLOB_BYTES: 33,
  BLOB_CLOSE: 34,
  BLOB_READ: 35,
  CLOSE: 11,
  BYTES: 12,
  TAKEN: 13,
  READY: 16,
  REPORT: 17,
  STARTED: 18,
  FAILED: 19,
  USED: 20,
  BLOB_STORED: 36,
  BLOB_CONTENT: 37,
} as const

/** The streams of a run, by the descriptors that the command has of them. */
export const stream = { INPUT: 0, OUTPUT: 1, ERROR: 2, CHANNEL: 3, FILES: 30, COLLECTED: 31 } as const

export const channelsMax = 8

export const featureBit = {
  CGROUP: 1,
  MEMORY: 2,
  SWAP: 4,
  PIDS: 8,
  CPU: 16,
  IO_WEIGHT: 32,
  REFUSAL_NAMES: 64,
  LANDLOCK: 128,
  USER_IDS: 512,
  IMAGE_INODES: 1024,
  TIME_NAMESPACE: 256,
} as const

export const configureFlag = { FRESH_BOOT_TIME: 1, LOOPBACK: 2, FULL_PROC: 4 } as const

/** What is done about a call that is handed to the watcher: an errno is an answer too. */
export const notifyAnswer = { CONTINUE: 0, KILL: 0x1_0000 } as const

/** As the number of a call: every one that no other rule names. */
export const anyCall = -1

/** How much is read of what an argument points at. */
export const violationTextBytes = 128

/** What a pointer argument points at. */
export const readKind = { NOTHING: 0, STRING: 1, SOCKET_ADDRESS: 2 } as const

export const rootKind = {
  DIRECTORY: 1,
  FILE: 2,
  SYMLINK: 3,
  BIND: 4,
  DEVICE: 5,
  OWN_INODES: 6,
  BIND_WRITABLE: 7,
  MOUNT: 8,
  IMAGE: 9,
} as const

export const runFlag = {
  ...{ STDIN_FOLLOWS: 1, HAS_FILES: 2, STREAMS: 4, TERMINAL: 8, FREEZE: 16, CHANGES: 32, FILES_FOLLOW: 64 },
  KEPT_OPEN: 256,
} as const

/** Beside the mode of a file. */
export const fileFlag = { COVERED: 0x1_0000, DIRECTORY: 0x2_0000, LINK: 0x4_0000 } as const

export const execFlag = {
  WAITS: 1,
  TERMINAL: 2,
  PIPES: 4,
  RELAY: 8,
  UNPACK: 16,
  FILES_FOLLOW: 32,
  NOTHING: 256,
  REPLACE: 512,
  INPUT: 1024,
} as const

/** What a run is of its pair. */
export const pairPart = { LEFT: 0, RIGHT: 1, RELAY: 2 } as const

export const frameHeader = { size: 16, length: 0, type: 4, run: 8, stream: 12 } as const

export const terminalSizeLayout = { size: 8, columns: 0, rows: 4 } as const

/** struct limits: 64-bit integers, `cpus` alone a double. */
export const limitsLayout = {
  size: 112,
  wall_time_ms: 0,
  cpu_time_ms: 8,
  idle_time_ms: 16,
  memory_bytes: 24,
  process_count: 32,
  cpus: 40,
  cpu_weight: 48,
  io_weight: 56,
  output_bytes: 64,
  disk_bytes: 72,
  inode_count: 80,
  file_bytes: 88,
  open_file_count: 96,
  stack_bytes: 104,
} as const

export const configureLayout = {
  size: 184,
  version: 0,
  warm_min: 4,
  warm_max: 8,
  allow_missing: 12,
  user_id: 16,
  group_id: 20,
  runtime_dir_bytes: 24,
  filter_bytes: 28,
  root_count: 32,
  root_bytes: 36,
  notify_count: 40,
  violation_max: 44,
  flags: 48,
  plain_filter_bytes: 52,
  sub_users_first: 56,
  sub_users_count: 60,
  sub_groups_first: 64,
  sub_groups_count: 68,
  limits: 72,
} as const

export const notifyRuleLayout = {
  size: 16,
  call: 0,
  answer: 4,
  kept_arguments: 8,
  read_argument: 9,
  read_kind: 11,
  reserved: 13,
} as const

export const violationLayout = {
  size: 352,
  call: 0,
  answer: 4,
  count: 8,
  at_ms: 16,
  arguments: 24,
  text_bytes: 72,
  text: 80,
  program: 336,
} as const

export const rootEntryLayout = {
  size: 24,
  kind: 0,
  mode: 4,
  target_bytes: 8,
  source_bytes: 12,
  modified_ns: 16,
} as const

export const runRequestLayout = {
  size: 168,
  limits: 0,
  exec_bytes: 112,
  collect_bytes: 116,
  stdin_bytes: 120,
  flags: 124,
  channel_count: 128,
  layer: 132,
  terminal: 136,
  pair: 144,
  part: 148,
  blob_bytes: 152,
  ...{ host: 156, input_blob: 160, reserved: 164 },
} as const

export const execRequestLayout = {
  size: 32,
  rlimit_count: 0,
  argc: 4,
  envc: 8,
  strings_bytes: 12,
  file_count: 16,
  flags: 20,
  channel_count: 24,
  reserved: 28,
} as const

export const execRlimitLayout = { size: 16, resource: 0, value: 8 } as const

/** The most that may be under way of a stream. */
export const windowBytes = 256 * 1024

export const execFileLayout = { size: 16, mode: 0, path_bytes: 4, content_bytes: 8 } as const
