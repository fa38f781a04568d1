import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
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

/** What a call gives, or undefined where there is nothing that may be read. */
function where<Value>(call: () => Value): Value | undefined {
  try {
    return call()
  } catch (error) {
    return nothingThere(error as NodeJS.ErrnoException)
  }
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
   * for that is mounted; the kernel then lays no overlay over where it stands, which would uncover what is below it, and
   * runs go without `imageInodes`.
   */
  async copied(path: string): Promise<readonly RootEntry[]> {
    return this.#copy(path, { entryCount: copiedEntryCountMax, bytes: copiedBytesMax }) ?? this.mirrored(path)
  }

  /**
   * Undefined where there is no `room` for all of it; what is no directory, file or link is left out. Not asynchronous:
   * of hundreds of tiny files each would wait several times for a thread, ten times as long as the reading takes.
   */
  #copy(path: string, room: Room, isLink = false): readonly RootEntry[] | undefined {
    const source = join(this.#root, path)
    room.entryCount -= 1
    if (room.entryCount < 0) return undefined
    if (isLink) return [symlink(path, readlinkSync(source))]
    const stats = where(() => lstatSync(source, { bigint: true }))
    if (stats === undefined) return []
    if (stats.isSymbolicLink()) return [symlink(path, readlinkSync(source))]
    const mode = Number(stats.mode) & permissions
    if (stats.isDirectory()) return this.#copyBelow({ kind: 'directory', target: path, mode }, room)
    room.bytes -= Number(stats.size)
    if (room.bytes < 0) return undefined
    const content = stats.isFile() ? where(() => readFileSync(source)) : undefined
    return content === undefined ? [] : [{ kind: 'file', target: path, mode, content, modifiedNs: stats.mtimeNs }]
  }

  #copyBelow(directory: RootEntry, room: Room): readonly RootEntry[] | undefined {
    const found: RootEntry[] = [directory]
    const entries = where(() => readdirSync(join(this.#root, directory.target), { withFileTypes: true })) ?? []
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const below = this.#copy(`${directory.target}/${entry.name}`, room, entry.isSymbolicLink())
      if (below === undefined) return undefined
      found.push(...below)
    }
    return found
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
