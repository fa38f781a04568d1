import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { refuseUnknown, requireObject } from '../checks.ts'
import { invalidOption, shown } from '../errors.ts'
import { pathInside } from './paths.ts'

/** A file to place: its content, or where it lies on the host, and its mode: by default 0o644, or that of the host's file. */
export type FileSource =
  | string
  | Uint8Array
  | { readonly hostPath: string; readonly mode?: number }
  | { readonly content: string | Uint8Array; readonly mode?: number }

/** A file to place, checked; one of the host is not read yet. */
export interface FilePlan {
  /** How messages name it. */
  readonly option: string
  readonly path: string
  readonly mode: number | undefined
  readonly content: Uint8Array | undefined
  readonly hostPath: string | undefined
}

/** A file to place, with its content. */
export interface PlacedFile {
  readonly path: string
  readonly mode: number
  readonly content: Uint8Array
}

const standardMode = 0o644
const permissions = 0o777
const known: ReadonlySet<string> = new Set(['content', 'hostPath', 'mode'])

/** Checks what `command.files` holds. */
export function resolveFiles(files: Readonly<Record<string, FileSource>>): readonly FilePlan[] {
  requireObject(files, 'command.files')
  const paths = new Set<string>()
  return Object.entries(files).map(([name, source]) => {
    const option = `command.files[${shown(name)}]`
    const path = pathInside(name, option)
    if (paths.has(path)) throw invalidOption(option, 'be the only one for its file', name)
    paths.add(path)
    return resolveFile(path, source, option)
  })
}

function resolveFile(path: string, source: FileSource, option: string): FilePlan {
  const plan = { option, path, mode: undefined, content: undefined, hostPath: undefined }
  const bytes = asBytes(source)
  if (bytes !== undefined) return { ...plan, content: bytes }
  const rule = 'be a string, a Uint8Array, or an object with either `content` or `hostPath`'
  if (typeof source !== 'object' || source === null || source instanceof Uint8Array)
    throw invalidOption(option, rule, source)
  refuseUnknown(source, known, option)
  const mode = resolveMode(source.mode, `${option}.mode`)
  if ('content' in source && !('hostPath' in source)) {
    const content = asBytes(source.content)
    if (content === undefined) throw invalidOption(`${option}.content`, 'be a string or a Uint8Array', source.content)
    return { ...plan, mode, content }
  }
  if (!('hostPath' in source) || 'content' in source) throw invalidOption(option, rule, source)
  if (typeof source.hostPath !== 'string') throw invalidOption(`${option}.hostPath`, 'be a string', source.hostPath)
  return { ...plan, mode, hostPath: source.hostPath }
}

function asBytes(content: unknown): Uint8Array | undefined {
  if (typeof content === 'string') return Buffer.from(content)
  return content instanceof Uint8Array ? content : undefined
}

function resolveMode(mode: number | undefined, option: string): number | undefined {
  if (mode === undefined) return undefined
  if (Number.isInteger(mode) && mode >= 0 && mode <= permissions) return mode
  throw invalidOption(option, 'be an integer from 0 to 0o777', mode)
}

/** Reads those files that lie on the host; together they may hold `bytesMax`. */
export async function loadFiles(plans: readonly FilePlan[], bytesMax: number): Promise<readonly PlacedFile[]> {
  const loaded: PlacedFile[] = []
  let left = bytesMax
  for (const plan of plans) {
    // One after the other: what is left bounds the next one.
    const file = await loadFile(plan, left)
    left -= file.content.length
    if (left < 0) throw tooLarge(plan.option, bytesMax)
    loaded.push(file)
  }
  return loaded
}

async function loadFile({ path, mode, content, hostPath, option }: FilePlan, bytesMax: number): Promise<PlacedFile> {
  if (hostPath === undefined) return { path, mode: mode ?? standardMode, content: content ?? Buffer.alloc(0) }
  const where = `${option}.hostPath`
  // Opening a FIFO would wait for its writer, O_NONBLOCK does not.
  const file = await open(hostPath, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
    const details = { errno: error.code, path: hostPath, cause: error }
    throw invalidOption(where, `be a file that can be read (${error.code})`, hostPath, details)
  })
  try {
    const stats = await file.stat()
    if (!stats.isFile()) throw invalidOption(where, 'be a regular file', hostPath, { path: hostPath })
    if (stats.size > bytesMax) throw tooLarge(where, bytesMax)
    return { path, mode: mode ?? stats.mode & permissions, content: await readBounded(file, stats.size) }
  } finally {
    await file.close()
  }
}

/** A file that grows while it is read is cut at the size that it was checked with. */
async function readBounded(file: FileHandle, size: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafe(size)
  let filled = 0
  while (filled < size) {
    const { bytesRead } = await file.read(bytes, filled, size - filled, filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}

function tooLarge(option: string, bytesMax: number): Error {
  return invalidOption(option, `leave the files of one command within ${bytesMax} bytes together`, 'more')
}
