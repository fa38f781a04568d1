import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { symlink, type RootEntry } from './root-entry.ts'

/** The host's file system from some directory on, `/` but in tests; what cannot be read counts as not there. */
export class HostTree {
  readonly #root: string

  constructor(root = '/') {
    this.#root = root
  }

  /** The entry that shows `path` as the host has it: a link as that link, anything else as a mount of it. */
  async mirrored(path: string): Promise<readonly RootEntry[]> {
    const source = join(this.#root, path)
    const stats = await lstat(source).catch(() => undefined)
    if (stats === undefined) return []
    if (stats.isSymbolicLink()) return [symlink(path, await readlink(source))]
    return stats.isDirectory() || stats.isFile() ? [{ kind: 'bind', target: path, source }] : []
  }

  /** The names in a directory, sorted. */
  async names(path: string): Promise<readonly string[]> {
    const names = await readdir(join(this.#root, path)).catch(() => [])
    return [...names].sort()
  }

  /** A file's content, links followed. */
  async content(path: string): Promise<Uint8Array | undefined> {
    return readFile(join(this.#root, path)).catch(() => undefined)
  }
}
