import { constants } from 'node:fs'
import { open, opendir, readlink, type FileHandle } from 'node:fs/promises'
import type { Dirent } from 'node:fs'
import { invalidOption } from '../errors.ts'
import { KiB } from '../units.ts'

/** What is in a directory of the host, by its path below that. */
export type TreeEntry =
  | {
      readonly kind: 'file'
      readonly path: string
      readonly mode: number
      readonly size: number
      readonly handle: FileHandle
    }
  /** Comes behind everything in it. */
  | { readonly kind: 'directory'; readonly path: string; readonly mode: number }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }

/** How messages name what is read. */
interface Source {
  readonly option: string
  readonly hostPath: string
}

const childFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
const permissions = 0o777
const depthMax = 64
const chunkBytes = 256 * KiB

/**
 * Everything in a directory that is held open, whatever others do there meanwhile: each name is looked up in its own
 * directory, and no link is followed (openat(2) by way of /proc/self/fd). A file is open until the next entry is asked
 * for. Throws where something is neither file, directory nor link, or cannot be read.
 */
export async function* readTree(
  directory: FileHandle,
  source: Source,
  below = '',
  depth = 1,
): AsyncGenerator<TreeEntry> {
  if (depth > depthMax) throw refused(source, below, `have directories at most ${depthMax} deep`)
  for await (const entry of await opendir(`/proc/self/fd/${directory.fd}/.`)) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.name.includes('\u{FFFD}')) throw refused(source, path, 'have names in UTF-8')
    const where = `/proc/self/fd/${directory.fd}/${entry.name}`
    yield* readEntry(entry, where, path, source, depth)
  }
}

async function* readEntry(
  entry: Dirent,
  where: string,
  path: string,
  source: Source,
  depth: number,
): AsyncGenerator<TreeEntry> {
  if (entry.isSymbolicLink()) {
    yield { kind: 'link', path, target: await told(readlink(where), source, path) }
    return
  }
  // Opening others may wait, or do something.
  if (!entry.isFile() && !entry.isDirectory()) throw refused(source, path, rule)
  const handle = await told(open(where, childFlags), source, path)
  try {
    const stats = await handle.stat()
    const mode = stats.mode & permissions
    if (stats.isFile()) {
      yield { kind: 'file', path, mode, size: stats.size, handle }
    } else if (stats.isDirectory()) {
      yield* readTree(handle, source, path, depth + 1)
      yield { kind: 'directory', path, mode }
    } else {
      throw refused(source, path, rule)
    }
  } finally {
    await handle.close()
  }
}

const rule = 'hold only files, directories and links'

/** So many bytes of a file, from where it stands: what has come to it since is left; it must not have become shorter. */
export async function* bytesOf(
  handle: FileHandle,
  size: number,
  { option, hostPath }: Source,
): AsyncGenerator<Uint8Array> {
  for (let left = size; left > 0;) {
    const chunk = Buffer.allocUnsafeSlow(Math.min(chunkBytes, left))
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, null)
    if (bytesRead === 0) {
      const details = { path: hostPath }
      throw invalidOption(
        `${option}.hostPath`,
        'keep its length while it is read',
        'a file that became shorter',
        details,
      )
    }
    yield chunk.subarray(0, bytesRead)
    left -= bytesRead
  }
}

async function told<Value>(work: Promise<Value>, source: Source, path: string): Promise<Value> {
  return work.catch((error: NodeJS.ErrnoException) => {
    throw refused(source, path, `hold only what can be read (${error.code})`, error)
  })
}

function refused({ option, hostPath }: Source, path: string, what: string, cause?: NodeJS.ErrnoException): Error {
  const details = { path: `${hostPath}/${path}`, errno: cause?.code, cause }
  return invalidOption(`${option}.hostPath`, what, path, details)
}
