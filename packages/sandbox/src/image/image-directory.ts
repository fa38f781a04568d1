import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants

/** What stands in a directory of an image. */
export interface ImageEntry {
  readonly name: string
  readonly kind: 'directory' | 'file' | 'symlink' | 'other'
}

/**
 * A directory of an image, held open. Nothing below an image is trusted, and it may change while it is read: every name
 * is looked up from the descriptor of its own directory, and no link is followed (openat(2) by way of /proc/self/fd).
 */
export class ImageDirectory implements Disposable {
  readonly #descriptor: number

  private constructor(descriptor: number) {
    this.#descriptor = descriptor
  }

  /** The one at the top, which the caller named: links on the way to it are followed. */
  static open(path: string): ImageDirectory {
    return new ImageDirectory(openSync(path, O_RDONLY | O_DIRECTORY))
  }

  /** What is in it, sorted by name; names that are no UTF-8 cannot be looked up, and are left out. */
  entries(): readonly ImageEntry[] {
    return readdirSync(this.#path, { withFileTypes: true })
      .filter(({ name }) => !name.includes('\u{FFFD}'))
      .map((entry): ImageEntry => {
        const { name } = entry
        if (entry.isDirectory()) return { name, kind: 'directory' }
        if (entry.isSymbolicLink()) return { name, kind: 'symlink' }
        return { name, kind: entry.isFile() ? 'file' : 'other' }
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  directory(name: string): ImageDirectory {
    return new ImageDirectory(openSync(this.#at(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW))
  }

  /** Where a symbolic link points. */
  link(name: string): string {
    return readlinkSync(this.#at(name))
  }

  /** A regular file; undefined where it has more than `bytesMax`, or is none any more. */
  file(
    name: string,
    bytesMax: number,
  ): { readonly mode: number; readonly content: Uint8Array; readonly modifiedNs: bigint } | undefined {
    const descriptor = openSync(this.#at(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    try {
      const status = fstatSync(descriptor, { bigint: true })
      if (!status.isFile() || status.size > bytesMax) return undefined
      const content = readFileSync(descriptor)
      if (content.length > bytesMax) return undefined
      return { mode: Number(status.mode) & 0o777, content, modifiedNs: status.mtimeNs }
    } finally {
      closeSync(descriptor)
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor)
  }

  get #path(): string {
    return `/proc/self/fd/${this.#descriptor}`
  }

  #at(name: string): string {
    return `${this.#path}/${name}`
  }
}
