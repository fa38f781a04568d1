import type { FileHandle } from 'node:fs/promises'
import { refuseUnknown, requireObject } from '../checks.ts'
import { invalidOption, shown } from '../errors.ts'
import { fileFlag } from '../supervisor/protocol.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import { KeptBlob, type StoredBlob } from './blob.ts'
import { FollowingFiles, type FollowingPlan } from './following-files.ts'
import { openHostFile } from './host-file.ts'
import { pathInside } from './paths.ts'

/**
 * A file to place: its content, or where it lies on the host, and its mode: by default 0o644, or that of the host's file.
 * What is stored nobody may write to: of its mode, by default that which it was stored with, it counts whether its owner
 * may execute it. A directory of the host is placed with all below it: files,
 * directories and links, with their modes; links are kept as they are, and never followed.
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
  /** Of a blob: the file has its content, and is not covered by it. */
  readonly isCopy?: boolean
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
const readable = 0o400
const executable = 0o100
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

/** Checks what stands for the file at a path. */
export function resolveFile(path: string, source: FileSource, option: string): FilePlan {
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
      if (mode === undefined || (mode & readable) !== 0) return { ...plan, mode, blob: source.content }
      throw invalidOption(`${option}.mode`, 'let its owner read it, as everybody may what is stored', mode)
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

/** The files of a command, as they are handed over. */
export interface LoadedFiles {
  /** They go along with the request. */
  readonly placed: readonly PlacedFile[]
  /** Come after it. */
  readonly following: FollowingFiles | undefined
  /** Which one of the command's it is, by its number among all that were sent. */
  readonly planOf: (file: number) => number
}

export const noFiles: LoadedFiles = { placed: [], following: undefined, planOf: (file) => file }

/**
 * Reads those of the host's files that go along with the request, in which all of them have `bytesMax`; others are sent
 * as they are read. What is stored is given to the supervisor that needs it.
 */
export async function loadFiles(
  plans: readonly FilePlan[],
  bytesMax: number,
  supervisor: Supervisor,
): Promise<LoadedFiles> {
  if (plans.length === 0) return noFiles
  const placed: PlacedFile[] = []
  const indexes: number[] = []
  const later: FollowingPlan[] = []
  const directories: FollowingPlan[] = []
  let left = bytesMax
  for (const [index, plan] of plans.entries()) {
    // One after the other: what is left bounds the next one.
    const file = await load(plan, left, supervisor)
    if (file === 'later' || file === 'directory') {
      const list = file === 'later' ? later : directories
      list.push({ ...plan, index })
      continue
    }
    placed.push(file)
    indexes.push(index)
    left -= file.content.length
  }
  const plansLeft = [...later, ...directories]
  const following = plansLeft.length === 0 ? undefined : new FollowingFiles(plansLeft, placed.length)
  const planOf = (file: number): number => indexes[file] ?? following?.planOf(file) ?? 0
  return { placed, following, planOf }
}

async function load(plan: FilePlan, bytesMax: number, supervisor: Supervisor): Promise<Loaded> {
  if (plan.blob === undefined) return loadFile(plan, bytesMax)
  return plan.isCopy === true ? 'later' : blobFile(plan, plan.blob, supervisor)
}

async function blobFile({ path, option, mode }: FilePlan, blob: KeptBlob, supervisor: Supervisor): Promise<PlacedFile> {
  const number = await blob.numberFor(supervisor, option, mode === undefined ? undefined : (mode & executable) !== 0)
  return { path, mode: fileFlag.COVERED, content: Buffer.alloc(0), blob: number }
}

type Loaded = PlacedFile | 'later' | 'directory'

/** What is too large, and a directory, is not read yet. */
async function loadFile(plan: FilePlan, bytesMax: number): Promise<Loaded> {
  const { path, mode, hostPath, option } = plan
  const content = plan.content ?? Buffer.alloc(0)
  if (hostPath === undefined) return content.length > bytesMax ? 'later' : { path, mode: mode ?? standardMode, content }
  await using file = await openHostFile(hostPath, `${option}.hostPath`)
  if (file.kind === 'directory' && mode !== undefined)
    throw invalidOption(`${option}.mode`, 'be left out for a directory, which is placed with the modes in it', mode)
  if (file.kind === 'directory') return 'directory'
  if (file.size > bytesMax) return 'later'
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
