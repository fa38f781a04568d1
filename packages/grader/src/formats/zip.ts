import { openPromise, type Entry, type ZipFile } from 'yauzl'
import { GraderError, packageError } from '../errors.ts'

const bytesMax = 512 * 1024 * 1024
const fileCountMax = 100_000

/** Reads an archive into memory, within bounds on what it unpacks to. Throws `INVALID_PACKAGE`. */
export async function readZip(path: string): Promise<ReadonlyMap<string, Uint8Array>> {
  try {
    return await readEntries(path)
  } catch (cause) {
    if (cause instanceof GraderError) throw cause
    throw packageError(path, cause instanceof Error ? cause.message : 'is no archive')
  }
}

async function readEntries(path: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const archive = await openPromise(path, { lazyEntries: true, autoClose: true, strictFileNames: true })
  const files = new Map<string, Uint8Array>()
  let left = bytesMax
  try {
    for await (const entry of archive.eachEntry()) {
      if (entry.fileName.endsWith('/')) continue
      if (isLink(entry)) throw packageError(path, `${entry.fileName} is a link, and no file of an archive`)
      left -= entry.uncompressedSize
      if (left < 0) throw packageError(path, `unpacks to more than ${bytesMax} bytes`)
      files.set(entry.fileName, await contentOf(archive, entry))
      if (files.size > fileCountMax) throw packageError(path, `holds more than ${fileCountMax} files`)
    }
  } finally {
    archive.close()
  }
  return files
}

const [kindMask, linkKind] = [0o170000, 0o120000]

/** The upper half of its attributes is the mode that Unix gives to a file. */
function isLink({ externalFileAttributes }: Entry): boolean {
  return ((externalFileAttributes >>> 16) & kindMask) === linkKind
}

/** The library holds what comes to the size that is told: a lie is an error. */
async function contentOf(archive: ZipFile, entry: Entry): Promise<Uint8Array> {
  const parts: Buffer[] = []
  for await (const part of await archive.openReadStreamPromise(entry)) parts.push(part as Buffer)
  return Buffer.concat(parts)
}
