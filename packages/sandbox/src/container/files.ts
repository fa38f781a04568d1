import type { FileHandle } from 'node:fs/promises'
import { refuseUnknown, requireObject } from '../checks.ts'
import { invalidOption, shown } from '../errors.ts'
import { fileFlag } from '../supervisor/protocol.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import { KeptBlob, type StoredBlob } from './blob.ts'
import { openHostFile } from './host-file.ts'
import { pathInside } from './paths.ts'

/**
 * A file to place: its content, or where it lies on the host, and its mode: by default 0o644, or that of the host's file.
 * What is stored keeps the mode that it was stored with.
 */
export type FileSource =
  | string
  | Uint8Array
  | StoredBlob
  | { readonly hostPath: string; readonly mode?: number }
  | { readonly content: string | Uint8Array | StoredBlob; readonly mode?: number }

/** A file to place, checked; one of the host is not read yet. */
export interface FilePlan {
  /** How messages name it. */
  readonly option: string
  readonly path: string
  readonly mode: number | undefined
  readonly content: Uint8Array | undefined
  readonly hostPath: string | undefined
  readonly blob: KeptBlob | undefined
}

/** A file to place, with its content. */
export interface PlacedFile {
  readonly path: string
  readonly mode: number
  readonly content: Uint8Array
  /** In place of the content: the number by which the supervisor knows it. */
  readonly blob?: number
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
  const plan = { option, path, mode: undefined, content: undefined, hostPath: undefined, blob: undefined }
  if (KeptBlob.is(source)) return { ...plan, blob: source }
  const bytes = asBytes(source)
  if (bytes !== undefined) return { ...plan, content: bytes }
  const rule = 'be a string, a Uint8Array, a stored blob, or an object with either `content` or `hostPath`'
  if (typeof source !== 'object' || source === null || source instanceof Uint8Array || !isDescription(source))
    throw invalidOption(option, rule, source)
  refuseUnknown(source, known, option)
  const mode = resolveMode(source.mode, `${option}.mode`)
  if ('content' in source && !('hostPath' in source)) {
    if (KeptBlob.is(source.content)) {
      if (mode === undefined) return { ...plan, blob: source.content }
      throw invalidOption(`${option}.mode`, 'be left out: what is stored keeps the mode it was stored with', mode)
    }
    const content = asBytes(source.content)
    if (content === undefined)
      throw invalidOption(`${option}.content`, 'be a string, a Uint8Array or a stored blob', source.content)
    return { ...plan, mode, content }
  }
  if (!('hostPath' in source) || 'content' in source) throw invalidOption(option, rule, source)
  if (typeof source.hostPath !== 'string') throw invalidOption(`${option}.hostPath`, 'be a string', source.hostPath)
  return { ...plan, mode, hostPath: source.hostPath }
}

/** A blob that is none, or a copy of one, has neither. */
function isDescription(source: object): source is Exclude<FileSource, string | Uint8Array | StoredBlob> {
  return 'content' in source || 'hostPath' in source
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

/**
 * Reads those files that lie on the host; together they may hold `bytesMax`. What is stored is given to the supervisor
 * that needs it.
 */
export async function loadFiles(
  plans: readonly FilePlan[],
  bytesMax: number,
  supervisor: Supervisor,
): Promise<readonly PlacedFile[]> {
  const loaded: PlacedFile[] = []
  let left = bytesMax
  for (const plan of plans) {
    // One after the other: what is left bounds the next one.
    const file =
      plan.blob === undefined
        ? await loadFile(plan, left)
        : await blobFile(plan.path, plan.blob, plan.option, supervisor)
    left -= file.content.length
    if (left < 0) throw tooLarge(plan.option, bytesMax)
    loaded.push(file)
  }
  return loaded
}

async function blobFile(path: string, blob: KeptBlob, option: string, supervisor: Supervisor): Promise<PlacedFile> {
  const number = await blob.numberFor(supervisor, option)
  return { path, mode: fileFlag.COVERED, content: Buffer.alloc(0), blob: number }
}

async function loadFile({ path, mode, content, hostPath, option }: FilePlan, bytesMax: number): Promise<PlacedFile> {
  if (hostPath === undefined) return { path, mode: mode ?? standardMode, content: content ?? Buffer.alloc(0) }
  const where = `${option}.hostPath`
  await using file = await openHostFile(hostPath, where)
  if (file.size > bytesMax) throw tooLarge(where, bytesMax)
  return { path, mode: mode ?? file.mode, content: await readBounded(file.handle, file.size) }
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
