import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { errnoName } from '../errno.ts'
import { invalidOption, SandboxError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import { resolveCommand } from './command.ts'
import type { RunResult } from './result.ts'
import { KeptLayer } from './layer.ts'
import type { Run } from './run.ts'

/** Where a layer is loaded from: the path of a tar archive on the host, or a stream of one. */
export type LoadSource = string | Readable

const dayMs = 24 * 60 * 60 * 1000

/** As a run has them, but for its times: how fast an archive comes is the caller's to say, by `signal`. */
export function unpackingLimits(limits: Limits): Limits {
  return { ...limits, wallTimeMs: dayMs, idleTimeMs: dayMs, cpuTimeMs: dayMs, fileBytes: limits.diskBytes }
}

/** For what is a layer of the sandbox already: it was bounded once. */
export function copyingLimits(limits: Limits): Limits {
  const bytes = 2 ** 42
  return { ...unpackingLimits(limits), diskBytes: bytes, fileBytes: bytes, memoryBytes: bytes, inodeCount: 2 ** 24 }
}

/** The command of a run that executes nothing, and unpacks what comes by standard input. */
export function unpackingCommand(packed: AsyncIterable<Uint8Array>, paths: readonly string[]): Run['command'] {
  return { ...resolveCommand(['unpack']), stdin: packed, unpackedPaths: paths }
}

/** Opens what is to be loaded. */
export async function openSource(source: LoadSource): Promise<Readable> {
  if (source instanceof Readable) return source
  if (typeof source !== 'string') throw invalidOption('source', 'be a path or a Readable', source)
  const file = await open(source).catch((error: NodeJS.ErrnoException) => {
    const details = { errno: error.code, path: source, cause: error }
    throw invalidOption('source', `be a file that can be read (${error.code})`, source, details)
  })
  return createReadStream(source, { fd: file })
}

/** The layer that such a run left, or why there is none. */
export async function unpackedLayer(result: RunResult): Promise<KeptLayer> {
  if (result.status === 'exited' && result.exitCode === 0 && result.layer !== undefined && KeptLayer.is(result.layer))
    return result.layer
  await result.layer?.close()
  if (result.status === 'limited')
    throw invalidOption('source', `fit within the limits of the sandbox or of \`limits\` (${result.limit})`, 'more')
  throw new SandboxError('CONTAINER_FAILED', 'the layer could not be unpacked')
}

/** What an archive itself is to blame for. */
const badEntries: ReadonlySet<string> = new Set([
  ...['EEXIST', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG', 'ELOOP', 'ENOENT', 'EACCES', 'EPERM', 'E2BIG', 'EBADMSG', 'EXDEV'],
])
const tooMuch: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** An entry that could not be made. */
export function unpackFailure(errno: number, path: string | undefined): SandboxError | undefined {
  const name = errnoName(errno)
  if (tooMuch.has(name))
    return invalidOption('source', `fit within \`limits.diskBytes\` and \`limits.inodeCount\` (${name})`, path)
  return badEntries.has(name) ? invalidOption('source', `hold entries that can be made (${name})`, path) : undefined
}
