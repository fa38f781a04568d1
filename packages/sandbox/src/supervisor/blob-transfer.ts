import { errnoName } from '../errno.ts'
import { invalidOption, SandboxError } from '../errors.ts'
import { KiB } from '../units.ts'
import { readUint64, viewOf, writeUint32, writeUint64 } from './integers.ts'
import { frameType } from './protocol.ts'
import { blobOpenLayout, blobsMax, blobStoredLayout } from './protocol-store.ts'
import { uint64, type Supervisor } from './supervisor.ts'

/** A blob that a supervisor keeps. */
export interface SentBlob {
  readonly number: number
  readonly bytes: number
}

const pieceBytes = 256 * KiB
/** Pieces that may be under way, sent and not yet stored. */
const piecesMax = 4

/**
 * Gives a supervisor the content of a blob, at the pace at which it is stored; a source that fails leaves none. What is
 * `seen` of each piece is what is sent, whatever becomes of its memory after that.
 */
export async function sendBlob(
  supervisor: Supervisor,
  source: AsyncIterable<Uint8Array>,
  { bytesMax, mode }: { readonly bytesMax: number; readonly mode: number },
  seen: (piece: Uint8Array) => void = () => {},
): Promise<SentBlob> {
  const number = supervisor.nextBlob()
  const underWay: Promise<void>[] = []
  const ask = async (type: number, body: Uint8Array): Promise<void> => {
    const stored = readStored(await supervisor.askBlob(type, number, body))
    if (stored.error !== 0) throw storeFailure(stored.error, bytesMax)
  }
  const send = async (piece: Uint8Array): Promise<void> => {
    if (underWay.length === piecesMax) await underWay.shift()
    seen(piece)
    const asked = ask(frameType.BLOB_BYTES, piece)
    // Whoever fails first is told; the others are failures of the same thing.
    asked.catch(() => {})
    underWay.push(asked)
  }
  await ask(frameType.BLOB_OPEN, openBody(bytesMax, mode))
  let bytes = 0
  try {
    for await (const chunk of source) {
      for (let at = 0; at < chunk.length; at += pieceBytes) await send(chunk.subarray(at, at + pieceBytes))
      bytes += chunk.length
    }
    await Promise.all(underWay)
    await ask(frameType.BLOB_BYTES, new Uint8Array(0))
    return { number, bytes }
  } catch (error) {
    supervisor.closeBlob(number)
    throw error
  }
}

/** The content of a blob that a supervisor keeps. */
export async function* readBlob(supervisor: Supervisor, { number, bytes }: SentBlob): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes;) {
    const piece = await supervisor.askBlob(frameType.BLOB_READ, number, uint64(at))
    if (piece.length === 0) throw new SandboxError('CONTAINER_FAILED', 'a stored blob cannot be read any more')
    yield piece
    at += piece.length
  }
}

function openBody(bytesMax: number, mode: number): Uint8Array {
  const body = Buffer.alloc(blobOpenLayout.size)
  writeUint64(viewOf(body), bytesMax, blobOpenLayout.bytes_max)
  writeUint32(viewOf(body), mode, blobOpenLayout.mode)
  return body
}

function readStored(body: Buffer): { readonly bytes: number; readonly error: number } {
  const view = viewOf(body)
  return { bytes: readUint64(view, blobStoredLayout.bytes), error: view.getUint32(blobStoredLayout.error, true) }
}

function storeFailure(error: number, bytesMax: number): SandboxError {
  const errno = errnoName(error)
  if (errno === 'ENOSPC') return invalidOption('content', `fit the store, ${bytesMax} bytes in all`, 'more', { errno })
  const message =
    errno === 'EMFILE'
      ? `it cannot be stored: a sandbox stores at most ${blobsMax} blobs at once; close those that are not used`
      : `it cannot be stored: ${errno}`
  return new SandboxError('CONTAINER_FAILED', message, { errno })
}
