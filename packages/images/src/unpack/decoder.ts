import { open } from 'node:fs/promises'
import { Transform, type Duplex } from 'node:stream'
import { createHash } from 'node:crypto'
import zlib from 'node:zlib'
import { SandboxError } from '@mayfly/sandbox'
import { expansionFreeBytes, expansionMax } from '../bounds.ts'
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
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
  const start = buffer.subarray(0, bytesRead)
  if (start[0] === 0x1f && start[1] === 0x8b) return [zlib.createGunzip()]
  if (start.equals(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]))) return [zstdDecoder()]
  return []
}

/** Node has it since 22.15. */
function zstdDecoder(): Duplex {
  if (typeof zlib.createZstdDecompress === 'function') return zlib.createZstdDecompress()
  const message =
    'a layer is compressed by zstd, which takes Node 22.15 or later; run it there, or export the image with gzip'
  throw new SandboxError('UNSUPPORTED_HOST', message)
}

/** Throws where what came out is out of proportion to what went in. */
export function checkExpansion(bytesIn: number, bytesOut: number): void {
  if (bytesOut > expansionFreeBytes && bytesOut > expansionMax * bytesIn)
    throw refusal(`unpack to at most ${expansionMax} times its size`, Math.round(bytesOut / bytesIn))
}
