import { constants } from 'node:fs'
import { mkdir, open, opendir, type FileHandle } from 'node:fs/promises'
import { invalidOption } from '../errors.ts'

const directoryFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW
const fileFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

interface OpenDirectory {
  readonly name: string
  readonly handle: FileHandle
  /** To be set when it is left, since it may forbid to write. */
  mode: number | undefined
}

/**
 * A directory of the host that files are written below: each name is looked up in a directory that is held open, and no
 * link is followed, whatever others do there meanwhile.
 */
export class HostDirectory {
  readonly #root: FileHandle
  /** The directories on the way to where was written last, the outermost first. */
  readonly #way: OpenDirectory[] = []
  #file: FileHandle | undefined

  private constructor(root: FileHandle) {
    this.#root = root
  }

  /** Opens one. It must be there, empty, and the caller's own; `option` names it in what is thrown. */
  static async open(path: string, option: string): Promise<HostDirectory> {
    const root = await open(path, directoryFlags).catch((error: NodeJS.ErrnoException) => {
      const details = { errno: error.code, path, cause: error }
      throw invalidOption(option, `be a directory that can be opened, and no link (${error.code})`, path, details)
    })
    try {
      const { uid } = await root.stat()
      if (uid !== process.geteuid?.()) throw invalidOption(option, 'be a directory of your own', path, { path })
      for await (const _ of await opendir(at(root, '.'))) throw invalidOption(option, 'be empty', path, { path })
      return new HostDirectory(root)
    } catch (error) {
      await root.close()
      throw error
    }
  }

  async makeDirectory(path: string, mode: number): Promise<void> {
    const segments = path.split('/')
    await this.#goTo(segments)
    const last = this.#way.at(-1)
    if (last !== undefined) last.mode = mode
  }

  /** What follows, until `endFile`, is about this file, which must be new. */
  async beginFile(path: string): Promise<void> {
    const segments = path.split('/')
    const name = segments.pop() ?? ''
    await this.#goTo(segments)
    this.#file = await open(at(this.#way.at(-1)?.handle ?? this.#root, name), fileFlags, 0o600)
  }

  async setLength(bytes: number): Promise<void> {
    await this.#file?.truncate(bytes)
  }

  async setMode(mode: number): Promise<void> {
    await this.#file?.chmod(mode)
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const written = await this.#file?.write(bytes, done, bytes.length - done, offset + done)
      done += written?.bytesWritten ?? bytes.length
    }
  }

  async endFile(): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
  }

  /** Closes whatever is open. May be called twice. */
  async close(): Promise<void> {
    await this.endFile()
    while (this.#way.length > 0) await this.#goUp()
    await this.#root.close()
  }

  /** Makes the directories that are missing on the way. */
  async #goTo(segments: readonly string[]): Promise<void> {
    while (this.#way.some(({ name }, index) => name !== segments[index])) await this.#goUp()
    for (const name of segments.slice(this.#way.length)) {
      const path = at(this.#way.at(-1)?.handle ?? this.#root, name)
      await mkdir(path, 0o755).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error
      })
      this.#way.push({ name, handle: await open(path, directoryFlags), mode: undefined })
    }
  }

  async #goUp(): Promise<void> {
    const left = this.#way.pop()
    if (left?.mode !== undefined) await left.handle.chmod(left.mode)
    await left?.handle.close()
  }
}

/** A name in a directory that is held open, whatever stands at its path by now: what openat(2) is in C. */
function at(directory: FileHandle, name: string): string {
  return `/proc/self/fd/${directory.fd}/${name}`
}
