import { openPromise } from 'yauzl'
import { packageError } from '../errors.ts'

const bytesMax = 512 * 1024 * 1024

/** Reads an archive into memory, within a bound on what it unpacks to. Throws `INVALID_PACKAGE`. */
export async function readZip(path: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const archive = await openPromise(path, { lazyEntries: true, autoClose: true, strictFileNames: true }).catch(
    (error: unknown) => {
      throw packageError(path, error instanceof Error ? error.message : 'is no archive')
    },
  )
  const files = new Map<string, Uint8Array>()
  let left = bytesMax
  try {
    for await (const entry of archive.eachEntry()) {
      if (entry.fileName.endsWith('/')) continue
      left -= entry.uncompressedSize
      if (left < 0) throw packageError(path, `unpacks to more than ${bytesMax} bytes`)
      // The library holds what comes to the size that is told: a lie is an error.
      const parts: Buffer[] = []
      for await (const part of await archive.openReadStreamPromise(entry)) parts.push(part as Buffer)
      files.set(entry.fileName, Buffer.concat(parts))
    }
  } finally {
    archive.close()
  }
  return files
}
