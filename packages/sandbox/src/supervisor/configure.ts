import type { HostFeature } from '../features.ts'
import type { RootEntry } from '../image/root-entry.ts'
import type { Limits } from '../limits.ts'
import { bitsOf } from './feature-bits.ts'
import { newFrame } from './frames.ts'
import { viewOf } from './integers.ts'
import { writeLimits } from './limits-layout.ts'
import {
  configureLayout as at,
  frameHeader,
  frameType,
  protocolVersion,
  rootEntryLayout,
  rootKind,
} from './protocol.ts'

/** What a supervisor is told once, at its start. */
export interface Configuration {
  readonly warm: { readonly min: number; readonly max: number }
  readonly allowMissing: readonly HostFeature[]
  readonly userId: number
  readonly groupId: number
  /** An empty directory of our own. */
  readonly runtimeDirectory: string
  /** An array of `struct sock_filter`. */
  readonly filter: Uint8Array
  readonly root: readonly RootEntry[]
  /** What ready containers are made with. */
  readonly limits: Limits
}

/** Writes FRAME_CONFIGURE. */
export function encodeConfiguration(configuration: Configuration): Buffer {
  const { filter, root, limits, warm } = configuration
  const directory = Buffer.from(configuration.runtimeDirectory)
  const entries = Buffer.concat(root.map(encodeEntry))
  const frame = newFrame(frameType.CONFIGURE, 0, at.size + directory.length + filter.length + entries.length)
  const body = frame.subarray(frameHeader.size)
  body.writeUInt32LE(protocolVersion, at.version)
  body.writeUInt32LE(warm.min, at.warm_min)
  body.writeUInt32LE(warm.max, at.warm_max)
  body.writeUInt32LE(bitsOf(configuration.allowMissing), at.allow_missing)
  body.writeUInt32LE(configuration.userId, at.user_id)
  body.writeUInt32LE(configuration.groupId, at.group_id)
  body.writeUInt32LE(directory.length, at.runtime_dir_bytes)
  body.writeUInt32LE(filter.length, at.filter_bytes)
  body.writeUInt32LE(root.length, at.root_count)
  body.writeUInt32LE(entries.length, at.root_bytes)
  writeLimits(viewOf(body), limits, at.limits)
  directory.copy(body, at.size)
  body.set(filter, at.size + directory.length)
  entries.copy(body, at.size + directory.length + filter.length)
  return frame
}

function encodeEntry(entry: RootEntry): Buffer {
  const target = Buffer.from(entry.target)
  const { kind, mode, source } = parts(entry)
  const bytes = Buffer.alloc(rootEntryLayout.size)
  bytes.writeUInt32LE(kind, rootEntryLayout.kind)
  bytes.writeUInt32LE(mode, rootEntryLayout.mode)
  bytes.writeUInt32LE(target.length, rootEntryLayout.target_bytes)
  bytes.writeUInt32LE(source.length, rootEntryLayout.source_bytes)
  return Buffer.concat([bytes, target, source])
}

function parts(entry: RootEntry): { readonly kind: number; readonly mode: number; readonly source: Buffer } {
  switch (entry.kind) {
    case 'directory':
      return { kind: rootKind.DIRECTORY, mode: entry.mode, source: Buffer.alloc(0) }
    case 'file':
      return { kind: rootKind.FILE, mode: entry.mode, source: Buffer.from(entry.content) }
    case 'symlink':
      return { kind: rootKind.SYMLINK, mode: 0, source: Buffer.from(entry.source) }
    case 'bind':
      return { kind: rootKind.BIND, mode: 0, source: Buffer.from(entry.source) }
    case 'device':
      return { kind: rootKind.DEVICE, mode: 0, source: Buffer.from(entry.source) }
  }
}
