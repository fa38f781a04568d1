import { deserialize, serialize } from 'node:v8'

/** The longest message, either way; a longer one is not read. */
const frameBytesMax = 64 * 1024 * 1024

const headerBytes = 4

/** What a worker sends that is no frame, or is one too long. */
export class FrameError extends Error {
  override readonly name = 'FrameError'
}

/**
 * A message as it goes over the channel: its length, 32 bits, least byte first, and then the message as `v8.serialize`
 * writes it, which keeps what Vitest sends (RegExp, Map, undefined, cycles) and JSON would lose.
 */
export function encodeFrame(message: unknown): Buffer {
  const body = serialize(message)
  if (body.length > frameBytesMax)
    throw new FrameError(`a message of ${body.length} bytes is longer than ${frameBytesMax}`)
  const header = Buffer.allocUnsafe(headerBytes)
  header.writeUInt32LE(body.length)
  return Buffer.concat([header, body])
}

/** Puts messages together from what comes of a channel, in whatever pieces. */
export class FrameReader {
  readonly #chunks: Uint8Array[] = []
  #bytes = 0
  /** What the next message takes with its header, once that has come. */
  #wanted: number | undefined;

  /** Throws a `FrameError` for what is no message; nothing after it can be read. */
  *read(chunk: Uint8Array): Generator {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    for (let body = this.#nextBody(); body !== undefined; body = this.#nextBody()) yield decoded(body)
  }

  #nextBody(): Buffer | undefined {
    this.#wanted ??= this.#readHeader()
    if (this.#wanted === undefined || this.#bytes < this.#wanted) return undefined
    const all = this.#joined()
    const body = all.subarray(headerBytes, this.#wanted)
    this.#keep(all.subarray(this.#wanted))
    this.#wanted = undefined
    return body
  }

  #readHeader(): number | undefined {
    if (this.#bytes < headerBytes) return undefined
    const all = this.#joined()
    this.#keep(all)
    const length = all.readUInt32LE(0)
    if (length > frameBytesMax) throw new FrameError(`a message of ${length} bytes is longer than ${frameBytesMax}`)
    return headerBytes + length
  }

  #joined(): Buffer {
    return Buffer.concat(this.#chunks.splice(0), this.#bytes)
  }

  #keep(rest: Buffer): void {
    this.#chunks.push(rest)
    this.#bytes = rest.length
  }
}

function decoded(body: Buffer): unknown {
  try {
    return deserialize(body)
  } catch (cause) {
    throw new FrameError('a message that cannot be read', { cause })
  }
}
