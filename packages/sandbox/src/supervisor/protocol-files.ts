/** The wire, of files: native/src/protocol_files.h. */

export const collectRequestLayout = {
  size: 24,
  pattern_count: 0,
  strings_bytes: 4,
  data_bytes_max: 8,
  entry_count_max: 16,
  flags: 20,
} as const

export const collectedLayout = { size: 24, kind: 0, reason: 4, mode: 8, path_bytes: 12, bytes: 16 } as const

export const collectedDataLayout = { size: 16, offset: 0, bytes: 8 } as const

/** What a string of the collect section begins with. */
export const collectKind = { PATH: 61, GLOB: 42 } as const

export const collectFlag = { WHOLE: 1, CHANGES: 2, PACKED: 4, NAMES: 256 } as const

/** What is told of a path: that it is there, or why it was left. */
export const collectedKind = { FILE: 1, DIRECTORY: 2, LEFT: 3, CHANGE: 4 } as const

export const changeKind = { ADDED: 1, CHANGED: 2, DELETED: 3 } as const

/** What stands at a path, or stood there. */
export const entryKind = { FILE: 1, DIRECTORY: 2, LINK: 3, FIFO: 4, SOCKET: 5, DEVICE: 6 } as const

export const leftReason = {
  MISSING: 1,
  LINK: 2,
  FIFO: 3,
  SOCKET: 4,
  DEVICE: 5,
  TOO_DEEP: 6,
  TOO_MANY: 7,
  TOO_LARGE: 8,
  UNREADABLE: 9,
} as const

/** One entry of a packed tree. */
export const packedEntryLayout = {
  size: 48,
  kind: 0,
  mode: 4,
  user: 8,
  group: 12,
  bytes: 16,
  changed_s: 24,
  changed_ns: 32,
  path_bytes: 36,
  target_bytes: 40,
  attribute_bytes: 44,
} as const

/** An extended attribute of an entry; its name and its value follow. */
export const packedAttributeLayout = { size: 8, name_bytes: 0, value_bytes: 4 } as const

/** What one entry may have of them. */
export const attributeBytesMax = 64 * 1024

/** What an entry of a packed tree is, beside `entryKind`. */
export const packedKind = { END: 0, HARD_LINK: 7, FAILED: 8 } as const
