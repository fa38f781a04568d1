import { open, rm, type FileHandle } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { invalidOption, SandboxError } from '../errors.ts'
import { stream } from '../supervisor/protocol.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'
import type { CollectPlan } from './collect.ts'
import { resolveCommand } from './command.ts'
import { writeArchive } from './layer-archive.ts'
import type { KeptLayer } from './layer.ts'
import { OutputStream } from './output-stream.ts'
import { packedEnd } from './packed-tree.ts'
import { resultOf } from './result.ts'
import { noFiles } from './files.ts'
import { encodeRun, guarded, type Run } from './run.ts'

/** Where a layer is saved: a path of the host where nothing is yet, or a stream, which is ended. */
export type SaveTarget = string | Writable

/** The command of a run that starts on a layer, executes nothing, and has all that is there packed. */
export function packingCommand(base: KeptLayer): Run['command'] {
  return { ...resolveCommand(['pack']), base, collect: packed }
}

/** All that is in the working directory, as one packed tree. */
export const packed: CollectPlan = { patterns: [], changes: false, packed: true, to: undefined }

/** Lets `take` have the packed tree of the layer that a run stands on; settles once the run is over, too. */
export async function packLayer(
  supervisor: Supervisor,
  run: Run,
  take: (chunks: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<void> {
  run.signal?.throwIfAborted()
  const layer = run.command.base?.numberFor(supervisor) ?? 0
  const request = encodeRun(run, noFiles, { first: packedEnd, rest: undefined }, layer, { unpacks: true })
  const chunks = new OutputStream((bytes) => exchange.sendTaken(stream.COLLECTED, bytes))
  const exchange = supervisor.run(request, {
    taken: () => {},
    bytes: (number, bytes) => (number === stream.COLLECTED ? chunks.push(bytes) : undefined),
  })
  const report = guarded(exchange, run).finally(() => chunks.end())
  const taken = takenBy(take, chunks)
  const [reported, took] = await Promise.allSettled([report, taken])
  if (reported.status === 'rejected') throw reported.reason
  const { status } = resultOf(reported.value, run)
  if (status !== 'exited') throw new SandboxError('CONTAINER_FAILED', `the layer could not be read: the run ${status}`)
  if (took.status === 'rejected') throw toldOf(took.reason)
}

/** What is not wanted any more is still to come before the run can end. */
async function takenBy(take: (chunks: OutputStream) => Promise<void>, chunks: OutputStream): Promise<void> {
  try {
    await take(chunks)
  } finally {
    await chunks.return()
  }
}

/** Saves the layer that a run stands on as a tar archive. */
export async function saveLayer(supervisor: Supervisor, run: Run, target: SaveTarget): Promise<void> {
  if (target instanceof Writable) return packLayer(supervisor, run, async (chunks) => writeArchive(chunks, target))
  const file = await openNew(target)
  try {
    await packLayer(supervisor, run, async (chunks) => writeArchive(chunks, file.createWriteStream()))
  } catch (error) {
    await rm(target, { force: true })
    throw error
  } finally {
    await file.close()
  }
}

async function openNew(path: string): Promise<FileHandle> {
  if (typeof path !== 'string') throw invalidOption('target', 'be a path or a Writable', path)
  return open(path, 'wx').catch((error: NodeJS.ErrnoException) => {
    const details = { errno: error.code, path, cause: error }
    throw invalidOption('target', `be a path where a file can be made (${error.code})`, path, details)
  })
}

/** What an init sends that cannot be read is no fault of whoever saves. */
function toldOf(cause: unknown): unknown {
  if (!(cause instanceof RangeError)) return cause
  return new SandboxError('CONTAINER_FAILED', 'what the container told of the layer cannot be read', { cause })
}
