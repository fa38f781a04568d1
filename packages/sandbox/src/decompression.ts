import type { Duplex } from 'node:stream'
import zlib from 'node:zlib'
import { SandboxError } from './errors.ts'

/** By so many of the first bytes of a file its compression is told. */
export const signatureBytes = 4

/** What takes the compression of a file away that begins so, whatever is said of it; undefined where it has none. */
export function decoderFor(start: Uint8Array): Duplex | undefined {
  if (start[0] === 0x1f && start[1] === 0x8b) return zlib.createGunzip()
  const isZstd = start[0] === 0x28 && start[1] === 0xb5 && start[2] === 0x2f && start[3] === 0xfd
  return isZstd ? zstdDecoder() : undefined
}

/** Node has it since 22.15. */
function zstdDecoder(): Duplex {
  if (typeof zlib.createZstdDecompress === 'function') return zlib.createZstdDecompress()
  const message = 'it is compressed by zstd, which takes Node 22.15 or later; run it there, or compress it with gzip'
  throw new SandboxError('UNSUPPORTED_HOST', message)
}

/** Whatever is compressed further than that, once it is large, is made to fill disks: gzip's best is 1032. */
export const expansionMax = 200
const expansionFreeBytes = 64 * 1024 ** 2

/** Whether what came out is out of proportion to what went in. */
export function isBomb(bytesIn: number, bytesOut: number): boolean {
  return bytesOut > expansionFreeBytes && bytesOut > expansionMax * bytesIn
}
