import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { MiB } from '../units.ts'
import { symlink, type RootEntry } from './root-entry.ts'

const absences: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'])

/** What a copy of one of the host's directories may hold. */
const copiedEntryCountMax = 2_000
const copiedBytesMax = 4 * MiB

const permissions = 0o777

/** What is left of that. */
interface Room {
  entryCount: number
  bytes: number
}

/** A want of descriptors, say, is no reason to leave a part of the root out. */
function nothingThere(error: NodeJS.ErrnoException): undefined {
  if (!absences.has(error.code)) throw error
}

/** The host's file system from some directory on, `/` but in tests; what may not be read counts as not there. */
export class HostTree {
  readonly #root: string

  constructor(root = '/') {
    this.#root = root
  }

  /** The entry that shows `path` as the host has it: a link as that link, anything else as a mount of it. */
  async mirrored(path: string): Promise<readonly RootEntry[]> {
    const source = join(this.#root, path)
    const stats = await lstat(source).catch(nothingThere)
    if (stats === undefined) return []
    if (stats.isSymbolicLink()) return [symlink(path, await readlink(source))]
    return stats.isDirectory() || stats.isFile() ? [{ kind: 'bind', target: path, source }] : []
  }

  /**
   * The entries that show `path` as it is now, by copies: a directory with everything below it. One that is too large
   * for that is mounted, under inodes of its own like the directory that it stands in.
   */
  async copied(path: string): Promise<readonly RootEntry[]> {
    const entries = await this.#copy(path, { entryCount: copiedEntryCountMax, bytes: copiedBytesMax })
    if (entries !== undefined) return entries
    const mounted = await this.mirrored(path)
    return [...mounted, ...mounted.map(({ target }): RootEntry => ({ kind: 'ownInodes', target }))]
  }

  /** Undefined where there is no `room` for all of it; what is no directory, file or link is left out. */
  async #copy(path: string, room: Room): Promise<readonly RootEntry[] | undefined> {
    const source = join(this.#root, path)
    const stats = await lstat(source).catch(nothingThere)
    if (stats === undefined) return []
    const mode = stats.mode & permissions
    room.entryCount -= 1
    if (room.entryCount < 0) return undefined
    if (stats.isSymbolicLink()) return [symlink(path, await readlink(source))]
    if (stats.isFile()) {
      room.bytes -= stats.size
      if (room.bytes < 0) return undefined
      const content = await this.content(path)
      return content === undefined ? [] : [{ kind: 'file', target: path, mode, content }]
    }
    if (!stats.isDirectory()) return []
    const names = await this.names(path)
    const below = await Promise.all(names.map(async (name) => this.#copy(`${path}/${name}`, room)))
    const all = below.flatMap((entries) => entries ?? [])
    return below.includes(undefined) ? undefined : [{ kind: 'directory', target: path, mode }, ...all]
  }

  /** The names in a directory, sorted. */
  async names(path: string): Promise<readonly string[]> {
    const names = await readdir(join(this.#root, path)).catch(nothingThere)
    return [...(names ?? [])].sort()
  }

  /** A file's content, links followed. */
  async content(path: string): Promise<Uint8Array | undefined> {
    return readFile(join(this.#root, path)).catch(nothingThere)
  }
}
