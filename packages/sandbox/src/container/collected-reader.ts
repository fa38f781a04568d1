import { readUint64, viewOf } from '../supervisor/integers.ts'
import { collectedDataLayout, collectedKind, collectedLayout } from '../supervisor/protocol-files.ts'

/** Told, entry by entry, what was collected. */
export interface CollectedSink {
  directory(path: Buffer, mode: number): void
  /** A file begins; `data` and `fileEnd` follow. */
  file(path: Buffer, mode: number, bytes: number): void
  /** Bytes of it, from this offset on. */
  data(offset: number, bytes: Buffer): void
  fileEnd(): void
  left(path: Buffer, reason: number): void
  /** What became of a path (`changeKind`), and what stands or stood there (`entryKind`). */
  change(path: Buffer, change: number, entry: number): void
}

const pathBytesMax = 4096

type State =
  | { readonly name: 'head' | 'dataHead' }
  | { readonly name: 'path'; readonly head: Head }
  | { readonly name: 'data'; readonly offset: number; readonly left: number }

interface Head {
  readonly kind: number
  readonly reason: number
  readonly mode: number
  readonly pathBytes: number
  readonly bytes: number
}

/** Reads STREAM_COLLECTED as it comes. What is not as the protocol has it throws a RangeError. */
export class CollectedReader {
  readonly #sink: CollectedSink
  #state: State = { name: 'head' }
  #waiting: Buffer = Buffer.alloc(0)
  #fileBytes = 0

  constructor(sink: CollectedSink) {
    this.#sink = sink
  }

  /** Takes in what came, cut anywhere. */
  push(chunk: Buffer): void {
    let rest = this.#waiting.length === 0 ? chunk : Buffer.concat([this.#waiting, chunk])
    while (rest.length >= this.#wanted()) rest = rest.subarray(this.#take(rest))
    this.#waiting = Buffer.from(rest)
  }

  /** Throws a RangeError unless it ended where an entry does. */
  end(): void {
    if (this.#state.name !== 'head' || this.#waiting.length > 0) throw new RangeError('what was collected is cut off')
  }

  /** How much there must be to go on; never nothing, so that each step takes something or changes the state. */
  #wanted(): number {
    switch (this.#state.name) {
      case 'head':
        return collectedLayout.size
      case 'path':
        return this.#state.head.pathBytes
      case 'dataHead':
        return collectedDataLayout.size
      case 'data':
        return 1
    }
  }

  /** One step; how many bytes it took. */
  #take(bytes: Buffer): number {
    switch (this.#state.name) {
      case 'head':
        this.#state = { name: 'path', head: readHead(bytes) }
        return collectedLayout.size
      case 'path':
        return this.#takePath(this.#state.head, bytes)
      case 'dataHead':
        return this.#takeDataHead(bytes)
      case 'data':
        return this.#takeData(this.#state.offset, this.#state.left, bytes)
    }
  }

  #takePath({ kind, reason, mode, pathBytes, bytes }: Head, from: Buffer): number {
    const path = Buffer.from(from.subarray(0, pathBytes))
    this.#state = { name: kind === collectedKind.FILE ? 'dataHead' : 'head' }
    this.#fileBytes = bytes
    if (kind === collectedKind.FILE) this.#sink.file(path, mode, bytes)
    else if (kind === collectedKind.DIRECTORY) this.#sink.directory(path, mode)
    else if (kind === collectedKind.LEFT) this.#sink.left(path, reason)
    else if (kind === collectedKind.CHANGE) this.#sink.change(path, reason, mode)
    else throw new RangeError(`an entry of the unknown kind ${kind}`)
    return pathBytes
  }

  #takeDataHead(from: Buffer): number {
    const view = viewOf(from)
    const offset = readUint64(view, collectedDataLayout.offset)
    const left = readUint64(view, collectedDataLayout.bytes)
    if (offset + left > this.#fileBytes) throw new RangeError(`data up to ${offset + left} of ${this.#fileBytes} bytes`)
    this.#state = left === 0 ? { name: 'head' } : { name: 'data', offset, left }
    if (left === 0) this.#sink.fileEnd()
    return collectedDataLayout.size
  }

  #takeData(offset: number, left: number, from: Buffer): number {
    const bytes = from.subarray(0, left)
    const after = left - bytes.length
    this.#state = after === 0 ? { name: 'dataHead' } : { name: 'data', offset: offset + bytes.length, left: after }
    this.#sink.data(offset, bytes)
    return bytes.length
  }
}

function readHead(bytes: Buffer): Head {
  const view = viewOf(bytes)
  const pathBytes = view.getUint32(collectedLayout.path_bytes, true)
  if (pathBytes > pathBytesMax) throw new RangeError(`a path of ${pathBytes} bytes`)
  return {
    kind: view.getUint32(collectedLayout.kind, true),
    reason: view.getUint32(collectedLayout.reason, true),
    mode: view.getUint32(collectedLayout.mode, true) & 0o777,
    pathBytes,
    bytes: readUint64(view, collectedLayout.bytes),
  }
}
