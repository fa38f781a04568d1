import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises'
import { basename, join, relative, sep } from 'node:path'
import { GraderError, packageError } from '../errors.ts'
import type { ProgramSource, SourceFiles } from '../problem/problem.ts'

const depthMax = 16
const fileCountMax = 10_000

/** Whether there is something at a path. */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

export async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
}

/** Names in a directory in the order of their bytes, without hidden ones; none where there is no directory. */
export async function names(path: string): Promise<readonly string[]> {
  try {
    const found = await readdir(path)
    return found.filter((name) => !name.startsWith('.') && name !== '__MACOSX').sort()
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return []
    throw error
  }
}

/** A folder of files that a student or an author handed in. */
interface TreeOptions {
  /** All files together. */
  readonly bytesMax: number
  /** Links that lead nowhere outside of this are followed; without it none is. */
  readonly linksWithin?: string
}

/** Reads a file or a folder of files, in memory. Links, devices and the like are refused. */
export async function readProgram(path: string, name: string, options: TreeOptions): Promise<ProgramSource> {
  const stats = await lstat(path).catch((cause: unknown) => {
    throw new GraderError('INVALID_SUBMISSION', 'cannot be read', { path, cause })
  })
  // Also by a link on the way to it
  if (options.linksWithin !== undefined) await requireInside(path, options.linksWithin)
  const files: Record<string, Uint8Array> = {}
  const room = { bytes: options.bytesMax, files: fileCountMax }
  const isFolder = stats.isDirectory() || (stats.isSymbolicLink() && (await isDirectory(path)))
  await collect(path, isFolder ? path : join(path, '..'), files, { ...options, room }, 0)
  if (Object.keys(files).length === 0) throw new GraderError('INVALID_SUBMISSION', 'holds no file', { path })
  return { name, files }
}

/** Reads a folder of files, which may be missing. */
export async function readFiles(path: string, options: TreeOptions): Promise<SourceFiles> {
  return (await isDirectory(path)) ? (await readProgram(path, basename(path), options)).files : {}
}

async function collect(
  path: string,
  root: string,
  files: Record<string, Uint8Array>,
  options: TreeOptions & { readonly room: { bytes: number; files: number } },
  depth: number,
): Promise<void> {
  const { room } = options
  if (depth > depthMax) throw new GraderError('INVALID_SUBMISSION', `is nested more than ${depthMax} deep`, { path })
  const link = await lstat(path)
  if (link.isSymbolicLink()) await requireInside(path, options.linksWithin)
  const stats = link.isSymbolicLink() ? await stat(path) : link
  if (stats.isDirectory()) {
    for (const name of await names(path)) await collect(join(path, name), root, files, options, depth + 1)
    return
  }
  if (!stats.isFile()) throw new GraderError('INVALID_SUBMISSION', 'is neither a file nor a directory', { path })
  room.files -= 1
  room.bytes -= stats.size
  if (room.bytes < 0) throw new GraderError('INVALID_SUBMISSION', `holds more than ${options.bytesMax} bytes`, { path })
  if (room.files < 0) throw new GraderError('INVALID_SUBMISSION', `holds more than ${fileCountMax} files`, { path })
  files[relative(root, path).split(sep).join('/')] = await readFile(path)
}

async function requireInside(path: string, root: string | undefined): Promise<void> {
  if (root === undefined) throw new GraderError('INVALID_SUBMISSION', 'is a symbolic link', { path })
  const [target, within] = await Promise.all([realpath(path).catch(() => ''), realpath(root)])
  if (target !== within && !target.startsWith(`${within}${sep}`)) throw packageError(path, 'leads out of the package')
}

const entryCountMax = 200_000

/**
 * Refuses what a package must not name as its own: files of whoever grades, which links lead to, devices, whose content
 * has no end, and folders that links make endless. Of names in `root` that are not there nothing is said.
 */
export async function requireWithin(
  root: string,
  namesInRoot: readonly string[],
  isRead: (name: string) => boolean = () => true,
): Promise<void> {
  const room = { entries: entryCountMax }
  const look = async (path: string, depth: number): Promise<void> => {
    const link = await lstat(path).catch(() => undefined)
    if (link === undefined) return
    const stats = link.isSymbolicLink() ? await stat(path).catch(() => undefined) : link
    const isFolder = stats?.isDirectory() === true
    if (!isFolder && !isRead(basename(path))) return
    if (link.isSymbolicLink()) await requireInside(path, root)
    if (!isFolder && stats?.isFile() !== true) throw packageError(path, 'is neither a file nor a directory')
    if (depth > depthMax) throw packageError(path, `is nested more than ${depthMax} deep`)
    room.entries -= 1
    if (room.entries < 0) throw packageError(root, `holds more than ${entryCountMax} files`)
    if (isFolder) for (const name of await names(path)) await look(join(path, name), depth + 1)
  }
  for (const name of namesInRoot) await look(join(root, name), 0)
}
