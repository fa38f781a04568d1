import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { invalidOption } from '../errors.ts'
import { KiB } from '../units.ts'

/** A regular file of the host, or a directory, open for reading. */
export interface HostFile extends AsyncDisposable {
  readonly kind: 'file' | 'directory'
  readonly size: number
  /** Permissions alone. */
  readonly mode: number
  readonly handle: FileHandle
}

const permissions = 0o777
const chunkBytes = 256 * KiB

/** Opens one; `option` names it in what is thrown. */
export async function openHostFile(path: string, option: string): Promise<HostFile> {
  // Opening a FIFO would wait for its writer, O_NONBLOCK does not.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
    const details = { errno: error.code, path, cause: error }
    throw invalidOption(option, `be a file that can be read (${error.code})`, path, details)
  })
  try {
    const stats = await handle.stat()
    if (!stats.isFile() && !stats.isDirectory())
      throw invalidOption(option, 'be a regular file or a directory', path, { path })
    const { size, mode } = stats
    return {
      kind: stats.isFile() ? 'file' : 'directory',
      size,
      mode: mode & permissions,
      handle,
      [Symbol.asyncDispose]: async () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** Its content, in pieces of memory of their own. */
export async function* contentOf({ handle }: HostFile): AsyncGenerator<Uint8Array> {
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafeSlow(chunkBytes), 0, chunkBytes, null)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
  }
}
