import { frameHeader, frameLengthMax } from './protocol.ts'

/** A frame as it came: `body` may share memory with its neighbours. */
export interface Frame {
  readonly type: number
  readonly run: number
  /** Of BYTES and TAKEN; 0 else. */
  readonly stream: number
  readonly body: Buffer
}

/** A buffer for a frame with a body of this length, its header written; the body is the caller's to fill. */
export function newFrame(type: number, run: number, bodyBytes: number, stream = 0): Buffer {
  const frame = Buffer.allocUnsafe(frameHeader.size + bodyBytes)
  frame.writeUInt32LE(bodyBytes, frameHeader.length)
  frame.writeUInt32LE(type, frameHeader.type)
  frame.writeUInt32LE(run, frameHeader.run)
  frame.writeUInt32LE(stream, frameHeader.stream)
  return frame
}

/**
 * Cuts a stream of bytes into frames. A frame that came within one chunk is a view of it; one that spans several is
 * gathered into a buffer of its own size, so that no byte is copied more than once.
 */
export class FrameReader {
  readonly #take: (frame: Frame) => void
  /** A header, or a whole frame, of which `#filled` bytes are there. */
  #partial: Buffer | undefined
  #filled = 0

  constructor(take: (frame: Frame) => void) {
    this.#take = take
  }

  /** Takes in the next bytes. Throws a RangeError on a frame that is too long. */
  push(chunk: Buffer): void {
    let rest = chunk
    while (rest.length > 0) rest = this.#partial === undefined ? this.#cut(rest) : this.#gather(this.#partial, rest)
  }

  /** Takes a frame off the front of a chunk, or keeps what there is of it; returns what follows. */
  #cut(chunk: Buffer): Buffer {
    if (chunk.length < frameHeader.size) return this.#gather(Buffer.allocUnsafe(frameHeader.size), chunk)
    const end = frameBytes(chunk)
    if (chunk.length < end) return this.#gather(Buffer.allocUnsafeSlow(end), chunk)
    this.#deliver(chunk.subarray(0, end))
    return chunk.subarray(end)
  }

  /** Adds a chunk's bytes to a frame that is not complete; returns what follows. */
  #gather(partial: Buffer, chunk: Buffer): Buffer {
    const taken = chunk.copy(partial, this.#filled)
    this.#partial = partial
    this.#filled += taken
    if (this.#filled === partial.length) this.#complete(partial)
    return chunk.subarray(taken)
  }

  #complete(partial: Buffer): void {
    const end = frameBytes(partial)
    if (end === partial.length) {
      this.#partial = undefined
      this.#filled = 0
      this.#deliver(partial)
    } else {
      this.#partial = Buffer.allocUnsafeSlow(end)
      partial.copy(this.#partial)
    }
  }

  #deliver(frame: Buffer): void {
    this.#take({
      type: frame.readUInt32LE(frameHeader.type),
      run: frame.readUInt32LE(frameHeader.run),
      stream: frame.readUInt32LE(frameHeader.stream),
      body: frame.subarray(frameHeader.size),
    })
  }
}

function frameBytes(frame: Buffer): number {
  const length = frame.readUInt32LE(frameHeader.length)
  if (length > frameLengthMax) throw new RangeError(`a frame of ${length} bytes is longer than ${frameLengthMax}`)
  return frameHeader.size + length
}
