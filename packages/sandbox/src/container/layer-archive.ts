import { isUtf8 } from 'node:buffer'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { pack, type Header, type Pack } from 'tar-stream'
import { errnoName } from '../errno.ts'
import { SandboxError } from '../errors.ts'
import { entryKind, packedKind } from '../supervisor/protocol-files.ts'
import { recordsOf } from './packed-attributes.ts'
import { PackedReader, type PackedEntry } from './packed-tree.ts'

/** What stands for a deleted file in an archive of a layer (image-spec/layer.md): no name of a file's own. */
export const whiteout = '.wh.'

const types: ReadonlyMap<number, Header['type']> = new Map<number, Header['type']>([
  [entryKind.FILE, 'file'],
  [entryKind.DIRECTORY, 'directory'],
  [entryKind.LINK, 'symlink'],
  [entryKind.FIFO, 'fifo'],
  [packedKind.HARD_LINK, 'link'],
])

/** Writes a packed tree as a tar archive, and ends the target. Sockets are left out: archives know none. */
export async function writeArchive(chunks: AsyncIterable<Uint8Array>, target: Writable): Promise<void> {
  const archive = pack()
  const flow = pipeline(archive as unknown as NodeJS.ReadableStream, target)
  // A target that ends early never drains what waits for it.
  const broken = flow.then(() => {
    throw new SandboxError('CONTAINER_FAILED', 'the archive of a layer was ended before all of it was written')
  })
  broken.catch(() => {})
  try {
    const reader = new PackedReader(chunks)
    for (let entry = await reader.next(); entry !== undefined; entry = await reader.next())
      await writeEntry(archive, entry, reader, broken)
    archive.finalize()
  } catch (error) {
    archive.destroy(error as Error)
    await flow.catch(() => {})
    throw error
  }
  await flow
}

async function writeEntry(
  archive: Pack,
  entry: PackedEntry,
  reader: PackedReader,
  broken: Promise<never>,
): Promise<void> {
  if (entry.kind === packedKind.FAILED) throw failureOf(entry)
  if (entry.kind === entryKind.SOCKET) return
  const header = headerOf(entry)
  const written = new Promise<void>((resolve, reject) => {
    const sink = archive.entry(header, (error) => (error instanceof Error ? reject(error) : resolve()))
    if (entry.kind !== entryKind.FILE) return
    writeContent(sink as unknown as Writable, reader.content(entry.bytes), broken).catch(reject)
  })
  await Promise.race([written, broken])
}

async function writeContent(sink: Writable, content: AsyncIterable<Buffer>, broken: Promise<never>): Promise<void> {
  // Copied, since what it is cut from is used again before all of it is written.
  for await (const piece of content)
    if (!sink.write(Buffer.from(piece))) await Promise.race([once(sink, 'drain'), broken])
  sink.end()
}

/** What an init says that it cannot pack. */
function failureOf({ mode, path }: PackedEntry): SandboxError {
  const name = errnoName(mode)
  if (name === 'EACCES') return cannotBeSaved(`something that may not be read, ${shownName(path)}`)
  if (name === 'EMFILE')
    return cannotBeSaved(`directories nested deeper than this process may have files open, ${shownName(path)}`)
  return cannotBeSaved(`directories nested too deep, too many hard links or attributes (${name}, ${shownName(path)})`)
}

function headerOf({ kind, mode, user, group, bytes, changed, path, target, attributes }: PackedEntry): Header {
  const type = types.get(kind)
  if (type === undefined) throw new RangeError(`an entry of the unknown kind ${kind}`)
  if (!isUtf8(path) || !isUtf8(target)) throw cannotBeSaved(`a name that is not UTF-8, ${shownName(path)}`)
  const name = path.toString()
  const last = name.slice(name.lastIndexOf('/') + 1)
  if (last.startsWith(whiteout)) throw cannotBeSaved(`a name that would stand for a deleted file, ${shownName(path)}`)
  const owner = { uid: user, gid: group, uname: '', gname: '', devmajor: 0, devminor: 0 }
  const isLink = type === 'symlink' || type === 'link'
  const header = { name, type, mode, size: bytes, mtime: changed, linkname: isLink ? target.toString() : '', ...owner }
  return attributes.size === 0 ? header : { ...header, pax: recordsOf(attributes) }
}

const shownName = (path: Buffer): string => JSON.stringify(path.toString().slice(0, 200))

function cannotBeSaved(what: string): SandboxError {
  return new SandboxError('CONTAINER_FAILED', `the layer cannot be saved as an archive: it has ${what}`)
}
