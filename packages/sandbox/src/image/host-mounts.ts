import { realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ResolvedMount } from './mounts.ts'
import { invalidOption } from '../errors.ts'
import { directory, type RootEntry } from './root-entry.ts'

/** A mount, and what stood at its source when a run asked for it. */
export interface FoundMount extends ResolvedMount {
  readonly isDirectory: boolean
  /** Tells it from whatever else may come to stand there: while it is mounted its number is given to nothing else. */
  readonly identity: string
}

/** Looks at the sources of mounts. Rejects with `INVALID_OPTION` where there is none, or none that can be mounted. */
export async function findMounts(mounts: readonly ResolvedMount[]): Promise<readonly FoundMount[]> {
  const found = await Promise.all(mounts.map(findMount))
  await Promise.all(found.map(async (mount) => refuseLinks(mount, writableAround(mount, found))))
  return found
}

/** The outermost directory around a mount's source that commands may write to by another mount. */
function writableAround({ source }: ResolvedMount, mounts: readonly ResolvedMount[]): string | undefined {
  const around = mounts.filter((mount) => mount.writable && source.startsWith(`${mount.source}/`))
  return around.map((mount) => mount.source).sort((a, b) => a.length - b.length)[0]
}

/** What commands can write to may hold links of theirs by now; the supervisor follows none there, this says why. */
async function refuseLinks({ source }: FoundMount, around: string | undefined): Promise<void> {
  if (around === undefined) return
  const [real, realAround] = await Promise.all([realpath(source), realpath(around)])
  if (real !== join(realAround, source.slice(around.length)))
    throw invalidOption('mounts[].source', `lie below ${around}, which is writable, through no link`, source)
}

async function findMount(mount: ResolvedMount): Promise<FoundMount> {
  const { source } = mount
  const option = 'mounts[].source'
  const found = await stat(source, { bigint: true }).catch((cause: NodeJS.ErrnoException) => {
    const details = { errno: cause.code, path: source, cause }
    throw invalidOption(option, 'be a directory or a file that this process can find', source, details)
  })
  if (!found.isDirectory() && !found.isFile())
    throw invalidOption(option, 'be a directory or a regular file', source, { path: source })
  return { ...mount, isDirectory: found.isDirectory(), identity: `${found.dev}:${found.ino}` }
}

/** Where every container's own disk comes to stand: what is bound here is covered before a command is there. */
const hidden = 'tmp'

/** The plan of `root` and of what is mounted in it. */
export function planMounts(root: readonly RootEntry[], mounts: readonly FoundMount[]): readonly RootEntry[] {
  const planned = [...root]
  for (const [index, mount] of mounts.entries()) {
    const { source, target, writable, isDirectory } = mount
    const plain = target.slice(1)
    planned.push(
      {
        kind: writable ? 'bindWritable' : 'bind',
        target: `${hidden}/${index}`,
        source,
        around: writableAround(mount, mounts),
      },
      ...missingPoints(planned, plain, isDirectory),
      { kind: 'mount', target: plain, source: `${hidden}/${index}`, writable },
    )
  }
  return planned
}

/**
 * What of a target the plan has to make. What lies in something that is mounted from elsewhere is there or is not, and
 * on the container's own disk its init makes it.
 */
function missingPoints(planned: readonly RootEntry[], target: string, isDirectory: boolean): readonly RootEntry[] {
  const kindsOf = (path: string): readonly RootEntry['kind'][] =>
    planned.filter((entry) => entry.target === path).map(({ kind }) => kind)
  const parts = target.split('/')
  const missing: RootEntry[] = []
  for (let length = 1; length <= parts.length; length++) {
    const path = parts.slice(0, length).join('/')
    const kinds = kindsOf(path)
    if (path === 'work' || path === hidden || kinds.some((kind) => !ours.has(kind))) return []
    if (kinds.length > 0) continue
    const isLast = length === parts.length
    missing.push(isLast && !isDirectory ? { kind: 'file', target: path, mode: 0o444, content: '' } : directory(path))
  }
  return missing
}

/** Entries in which the plan can make more. */
const ours: ReadonlySet<RootEntry['kind']> = new Set(['directory', 'ownInodes'])
