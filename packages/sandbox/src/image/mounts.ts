import { posix, resolve } from 'node:path'
import { refuseUnknown, requireList, requireObject, withoutNul } from '../checks.ts'
import { invalidOption } from '../errors.ts'

/** A directory or a file of the host that is shown in a container. */
export interface Mount {
  /** On the host; a relative one starts from Node's working directory. Links are followed. */
  readonly source: string
  /** Absolute, in the container, without `..`; through no link. */
  readonly target: string
  /**
   * Whether the command may change what is there, which then has no protection at all: it is the host's own. What it
   * makes belongs to whoever owns `source`. Default: `false`.
   */
  readonly writable?: boolean
}

/** A mount, checked and complete. */
export interface ResolvedMount {
  readonly source: string
  readonly target: string
  readonly writable: boolean
}

/** As many as a container can have: native/src/host_mounts.h. */
const mountsMax = 64

const known: ReadonlySet<string> = new Set(['source', 'target', 'writable'])

/** What is not to be covered, with all below it; and what is not, but may have mounts below. */
const kept: readonly string[] = ['/proc', '/dev', '/sys', '/run']
const keptItself: ReadonlySet<string> = new Set(['/', '/work', '/tmp'])

/** Refuses what is no list of mounts; parents come first. */
export function resolveMounts(mounts: readonly Mount[], option: string): readonly ResolvedMount[] {
  const list = requireList(mounts, option)
  if (list.length > mountsMax) throw invalidOption(option, `have at most ${mountsMax} mounts`, list.length)
  return inOrder(
    list.map((mount, index) => resolveMount(mount, `${option}[${index}]`)),
    option,
  )
}

/** A command's mounts beside those that all commands have; refused where the two do not go together. */
export function joinMounts(all: readonly ResolvedMount[], own: readonly ResolvedMount[]): readonly ResolvedMount[] {
  if (own.length === 0) return all
  const option = 'command.mounts'
  const joined = [...all, ...own]
  if (joined.length > mountsMax)
    throw invalidOption(option, `have at most ${mountsMax} mounts with the sandbox's`, joined.length)
  return inOrder(joined, option)
}

function inOrder(resolved: readonly ResolvedMount[], option: string): readonly ResolvedMount[] {
  for (const [index, { target }] of resolved.entries()) {
    if (resolved.findIndex((other) => other.target === target) !== index)
      throw invalidOption(`${option}[${index}].target`, 'be mounted on once', target)
  }
  return [...resolved].sort((a, b) => (a.target < b.target ? -1 : 1))
}

function resolveMount(mount: Mount, option: string): ResolvedMount {
  requireObject(mount, option)
  refuseUnknown(mount, known, option)
  const { source, target, writable = false } = mount
  if (typeof writable !== 'boolean') throw invalidOption(`${option}.writable`, 'be a boolean', writable)
  if (withoutNul(source, `${option}.source`) === '') throw invalidOption(`${option}.source`, 'name a path', source)
  return { source: resolve(source), target: resolveTarget(target, `${option}.target`), writable }
}

/** The plain spelling of a target, or an error: what is not to be covered is not covered, whatever the spelling. */
function resolveTarget(target: string, option: string): string {
  const given = withoutNul(target, option)
  if (!given.startsWith('/') || given.split('/').includes('..'))
    throw invalidOption(option, 'be an absolute path without `..`', given)
  const plain = posix.resolve('/', given)
  if (keptItself.has(plain)) throw invalidOption(option, 'be none of /, /work and /tmp themselves', given)
  if (kept.some((path) => plain === path || plain.startsWith(`${path}/`)))
    throw invalidOption(option, `lie outside of ${kept.join(', ')}`, given)
  if (Buffer.byteLength(plain) >= 4096) throw invalidOption(option, 'be shorter than 4096 bytes', plain.length)
  return plain
}
