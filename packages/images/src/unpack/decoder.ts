import { open } from 'node:fs/promises'
import { Transform, type Duplex } from 'node:stream'
import { createHash } from 'node:crypto'
import { decoderFor, expansionMax, isBomb, signatureBytes } from '@mayfly/sandbox/decompression'
import { refusal } from '../refusal.ts'

/** Counts and hashes what passes. */
export class Meter extends Transform {
  bytes = 0
  readonly #hash = createHash('sha256')
  readonly #check: (bytes: number) => void

  /** `check` is called with the bytes of each piece, and may throw. */
  constructor(check: (bytes: number) => void = () => {}) {
    super()
    this.#check = check
  }

  /** Of all that has passed; once only. */
  digest(): string {
    return `sha256:${this.#hash.digest('hex')}`
  }

  override _transform(
    chunk: Uint8Array,
    _: BufferEncoding,
    done: (error: Error | null, chunk?: Uint8Array) => void,
  ): void {
    this.bytes += chunk.length
    this.#hash.update(chunk)
    try {
      this.#check(chunk.length)
      done(null, chunk)
    } catch (error) {
      done(error as Error)
    }
  }
}

/** What takes a file's compression away, by its first bytes and not by what is said of it; nothing where it has none. */
export async function decoderOf(path: string): Promise<readonly Duplex[]> {
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(signatureBytes), 0, signatureBytes, 0)
  const decoder = decoderFor(buffer.subarray(0, bytesRead))
  return decoder === undefined ? [] : [decoder]
}

/** Throws where what came out is out of proportion to what went in. */
export function checkExpansion(bytesIn: number, bytesOut: number): void {
  if (isBomb(bytesIn, bytesOut))
    throw refusal(`unpack to at most ${expansionMax} times its size`, Math.round(bytesOut / bytesIn))
}
