import type { HostFeature } from '../features.ts'
import type { IdRange } from '../host/subordinate-ids.ts'
import type { RootEntry } from '../image/root-entry.ts'
import type { Limits } from '../limits.ts'
import type { Filter, NotifyRule } from '../policy/filter.ts'
import { bitsOf } from './feature-bits.ts'
import { newFrame } from './frames.ts'
import { viewOf } from './integers.ts'
import { writeLimits } from './limits-layout.ts'
import {
  anyCall,
  configureFlag,
  configureLayout as at,
  frameHeader,
  frameType,
  notifyAnswer,
  notifyRuleLayout,
  protocolVersion,
  readKind,
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
  readonly filter: Filter
  readonly root: readonly RootEntry[]
  /** Whether the containers' clocks start at zero. */
  readonly freshBootTime: boolean
  /** Whether their loopback devices are up. */
  readonly loopback: boolean
  /** Whether their /proc shows what programs need to know of the machine. */
  readonly fullProc: boolean
  /** Ids of subuid(5) and subgid(5) that the caller, who is not root, may map. */
  readonly subordinateUsers: IdRange
  readonly subordinateGroups: IdRange
  /** What ready containers are made with. */
  readonly limits: Limits
}

/** Writes FRAME_CONFIGURE. */
export function encodeConfiguration(configuration: Configuration): Buffer {
  const { filter, root, limits, warm, subordinateUsers: users, subordinateGroups: groups } = configuration
  const directory = Buffer.from(configuration.runtimeDirectory)
  const entries = Buffer.concat(root.map(encodeEntry))
  const sections = [directory, filter.program, entries, ...filter.rules.map(encodeRule), filter.plainProgram]
  const bytes = Buffer.concat(sections)
  const frame = newFrame(frameType.CONFIGURE, 0, at.size + bytes.length)
  const body = frame.subarray(frameHeader.size)
  body.writeUInt32LE(protocolVersion, at.version)
  body.writeUInt32LE(warm.min, at.warm_min)
  body.writeUInt32LE(warm.max, at.warm_max)
  body.writeUInt32LE(bitsOf(configuration.allowMissing), at.allow_missing)
  body.writeUInt32LE(configuration.userId, at.user_id)
  body.writeUInt32LE(configuration.groupId, at.group_id)
  body.writeUInt32LE(directory.length, at.runtime_dir_bytes)
  body.writeUInt32LE(filter.program.length, at.filter_bytes)
  body.writeUInt32LE(root.length, at.root_count)
  body.writeUInt32LE(entries.length, at.root_bytes)
  body.writeUInt32LE(filter.rules.length, at.notify_count)
  body.writeUInt32LE(filter.violationMax, at.violation_max)
  body.writeUInt32LE(flagsOf(configuration), at.flags)
  body.writeUInt32LE(filter.plainProgram.length, at.plain_filter_bytes)
  body.writeUInt32LE(users.first, at.sub_users_first)
  body.writeUInt32LE(users.count, at.sub_users_count)
  body.writeUInt32LE(groups.first, at.sub_groups_first)
  body.writeUInt32LE(groups.count, at.sub_groups_count)
  writeLimits(viewOf(body), limits, at.limits)
  bytes.copy(body, at.size)
  return frame
}

function flagsOf({ freshBootTime, loopback, fullProc }: Configuration): number {
  return (
    (freshBootTime ? configureFlag.FRESH_BOOT_TIME : 0) |
    (loopback ? configureFlag.LOOPBACK : 0) |
    (fullProc ? configureFlag.FULL_PROC : 0)
  )
}

const answers: Readonly<Record<NotifyRule['answer'], number>> = {
  continue: notifyAnswer.CONTINUE,
  kill: notifyAnswer.KILL,
  EPERM: 1,
  ENOSYS: 38,
}
const kinds = { string: readKind.STRING, address: readKind.SOCKET_ADDRESS } as const

function encodeRule({ call, answer, keptArguments, read }: NotifyRule): Buffer {
  const bytes = Buffer.alloc(notifyRuleLayout.size)
  const kept = keptArguments.reduce((set, argument) => set | (1 << argument), 0)
  bytes.writeInt32LE(call === 'any' ? anyCall : call, notifyRuleLayout.call)
  bytes.writeUInt32LE(answers[answer], notifyRuleLayout.answer)
  bytes.writeUInt8(kept, notifyRuleLayout.kept_arguments)
  for (const [index, { argument, as }] of read.entries()) {
    bytes.writeUInt8(argument, notifyRuleLayout.read_argument + index)
    bytes.writeUInt8(kinds[as], notifyRuleLayout.read_kind + index)
  }
  return bytes
}

function encodeEntry(entry: RootEntry): Buffer {
  const target = Buffer.from(entry.target)
  const { kind, mode, source } = parts(entry)
  const bytes = Buffer.alloc(rootEntryLayout.size)
  bytes.writeUInt32LE(kind, rootEntryLayout.kind)
  bytes.writeUInt32LE(mode, rootEntryLayout.mode)
  bytes.writeUInt32LE(target.length, rootEntryLayout.target_bytes)
  bytes.writeUInt32LE(source.length, rootEntryLayout.source_bytes)
  if (entry.kind === 'file') bytes.writeBigUInt64LE(modifiedNs(entry), rootEntryLayout.modified_ns)
  return Buffer.concat([bytes, target, source])
}

/** A time up to 1970, or from 2554 on, is left out: by 0 the field means none, and it holds no more. */
function modifiedNs({ modifiedNs: time = 0n }: { readonly modifiedNs?: bigint }): bigint {
  return time < 0n || time >= 2n ** 64n ? 0n : time
}

/** A path; or, where no link is to be followed below a directory, that and the rest behind a NUL. */
function bound({ source, around }: { readonly source: string; readonly around?: string | undefined }): Buffer {
  return Buffer.from(around === undefined ? source : `${around}\0${source.slice(around.length + 1)}`)
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
      return { kind: rootKind.BIND, mode: 0, source: bound(entry) }
    case 'image':
      return { kind: rootKind.IMAGE, mode: 0, source: Buffer.from(`${entry.image}\0${entry.path}`) }
    case 'bindWritable':
      return { kind: rootKind.BIND_WRITABLE, mode: 0, source: bound(entry) }
    case 'mount':
      return { kind: rootKind.MOUNT, mode: entry.writable ? 0o600 : 0o400, source: Buffer.from(entry.source) }
    case 'ownInodes':
      return { kind: rootKind.OWN_INODES, mode: 0, source: Buffer.alloc(0) }
    case 'device':
      return { kind: rootKind.DEVICE, mode: 0, source: Buffer.from(entry.source) }
  }
}
