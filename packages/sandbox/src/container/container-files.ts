import { SandboxError, invalidOption } from '../errors.ts'
import type { CollectPlan, LeftReason } from './collect.ts'
import type { ContainerEntry } from './container.ts'
import { resolveFile, type FilePlan, type FileSource } from './files.ts'
import { pathInside } from './paths.ts'
import type { RunResult } from './result.ts'

/** A file to write. */
export function planWrite(path: string, source: FileSource): FilePlan {
  const plan = resolveFile(pathInside(path, 'path'), source, 'source')
  return { ...plan, option: 'path', isCopy: true }
}

/** A file to read. */
export function planRead(path: string): CollectPlan {
  return { patterns: [{ asked: path, kind: 'path', text: pathInside(path, 'path') }], changes: false, to: undefined }
}

/** What to look at for a list. */
export function planList(path: string | undefined): CollectPlan {
  const pattern =
    path === undefined
      ? ({ asked: '*', kind: 'glob', text: '*' } as const)
      : ({ asked: path, kind: 'path', text: pathInside(path, 'path') } as const)
  return { patterns: [pattern], changes: false, to: undefined, namesOnly: true }
}

/** Throws unless the file was written whole. */
export function requireWritten(result: RunResult, path: string): void {
  if (result.status === 'exited' && result.exitCode === 0) return
  if (result.status === 'limited')
    throw invalidOption('source', `leave the container within its limits (${result.limit})`, path, { path })
  throw new SandboxError('CONTAINER_FAILED', 'the container ended before the file was written', { path })
}

/** The content of the file that was read. */
export function readContent(result: RunResult, path: string): Uint8Array {
  requireDone(result)
  const content = result.files.get(path)
  if (content !== undefined) return content
  const reason = result.leftFiles[0]?.reason ?? 'directory'
  throw invalidOption('path', `be a regular file that the command may read (${reason})`, path, { path })
}

/** What was found. */
export function entriesOf(result: RunResult, path: string | undefined): readonly ContainerEntry[] {
  requireDone(result)
  const start = path === undefined ? undefined : pathInside(path, 'path')
  const left = result.leftFiles.map(({ path: name, reason }) => {
    if (reason === 'missing' && name === start)
      throw invalidOption('path', 'be there, below the working directory', path, { path })
    if (reason === 'tooMany') throw invalidOption('path', 'have fewer entries below it', path, { path })
    return { path: name, type: typesOfLeft.get(reason) ?? 'unknown', bytes: 0, mode: 0 } as const
  })
  const entries: ContainerEntry[] = [...result.collected, ...left]
  return entries
    .filter((entry) => entry.path !== start || entry.type !== 'directory')
    .sort((one, other) => (one.path < other.path ? -1 : 1))
}

const typesOfLeft: ReadonlyMap<LeftReason, ContainerEntry['type']> = new Map<LeftReason, ContainerEntry['type']>([
  ['link', 'link'],
  ['fifo', 'fifo'],
  ['socket', 'socket'],
  ['device', 'device'],
])

/** A container that was closed meanwhile has told less than all. */
function requireDone(result: RunResult): void {
  if (result.status === 'exited' && result.exitCode === 0) return
  throw new SandboxError('CONTAINER_FAILED', 'the container ended before its files were read')
}
