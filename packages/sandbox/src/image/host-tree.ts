import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { symlink, type RootEntry } from './root-entry.ts'

const absences: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'])

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
