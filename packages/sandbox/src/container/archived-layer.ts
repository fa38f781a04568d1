import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract, type Header } from 'tar-stream'
import { invalidOption, SandboxError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import { attributeBytesMax, entryKind, packedKind } from '../supervisor/protocol-files.ts'
import { MiB } from '../units.ts'
import { decompressed } from './decompressed.ts'
import { whiteout } from './layer-archive.ts'
import { attributesOf, encodeAttributes, type Attributes } from './packed-attributes.ts'
import { encodeData, encodePacked, isHole, packedEnd, plainEntry, type PackedEntry } from './packed-tree.ts'
import { pathInside } from './paths.ts'

/** What an archive may hold, whatever it says of itself. */
export type ArchiveBounds = Pick<Limits, 'diskBytes' | 'inodeCount'>

/** So much of an entry is no content: its header, and records of long names. */
const headBytes = 16 * 1024

/** Its types leave out what it has not checked. */
interface Entry extends AsyncIterable<Uint8Array> {
  readonly header: Omit<Header, 'linkname' | 'type' | 'pax'> & {
    readonly linkname: string | null
    readonly type: Header['type'] | null
    readonly pax?: Readonly<Record<string, string>> | null
  }
}

/**
 * A tar archive, which may be compressed, as a packed tree. Names are checked here and once more where they are
 * unpacked, in a container; what whiteouts hide is not there. `paths` gets that of each entry, in order.
 */
export async function* readArchive(
  source: Readable,
  bounds: ArchiveBounds,
  paths: string[],
): AsyncGenerator<Uint8Array> {
  const extractor = extract()
  const allBytesMax = bounds.diskBytes + bounds.inodeCount * headBytes + MiB
  const bounded = metered(allBytesMax)
  const flow = pipeline(source, bounded, decompressed, bounded, extractor as unknown as NodeJS.WritableStream)
  flow.catch(() => {})
  const tally = new Tally(bounds)
  try {
    for await (const entry of extractor as unknown as AsyncIterable<Entry>) yield* packedOf(entry, tally, paths)
    await flow
    yield packedEnd
  } catch (error) {
    throw toldOf(error)
  } finally {
    extractor.destroy()
    source.destroy()
  }
}

/** Passes on what comes, up to a bound. */
function metered(bytesMax: number) {
  return async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let bytes = 0
    for await (const chunk of chunks) {
      if (typeof chunk === 'string') throw invalidOption('source', 'be a stream of bytes', chunk)
      bytes += chunk.length
      if (bytes > bytesMax) throw invalidOption('source', `hold at most ${bytesMax} bytes, headers included`, 'more')
      yield chunk
    }
  }
}

class Tally {
  readonly #bounds: ArchiveBounds
  #entryCount = 0
  #bytes = 0

  constructor(bounds: ArchiveBounds) {
    this.#bounds = bounds
  }

  add(bytes: number): void {
    const { inodeCount, diskBytes } = this.#bounds
    this.#entryCount += 1
    this.#bytes += bytes
    if (this.#entryCount > inodeCount)
      throw invalidOption('source', `have at most as many entries as \`limits.inodeCount\`, ${inodeCount}`, 'more')
    if (this.#bytes > diskBytes)
      throw invalidOption('source', `hold files of at most \`limits.diskBytes\`, ${diskBytes}, together`, this.#bytes)
  }
}

const kinds: ReadonlyMap<Header['type'] | null, number> = new Map<Header['type'] | null, number>([
  ['file', entryKind.FILE],
  ['contiguous-file', entryKind.FILE],
  ['directory', entryKind.DIRECTORY],
  ['symlink', entryKind.LINK],
  ['link', packedKind.HARD_LINK],
  ['fifo', entryKind.FIFO],
])

async function* packedOf(entry: Entry, tally: Tally, paths: string[]): AsyncGenerator<Uint8Array> {
  const packed = headOf(entry)
  tally.add(packed?.bytes ?? 0)
  if (packed === undefined || packed.kind !== entryKind.FILE) for await (const _ of entry);
  if (packed === undefined) return
  paths.push(packed.path.toString())
  yield encodePacked(packed)
  if (packed.kind !== entryKind.FILE) return
  let at = 0
  for await (const piece of entry) {
    if (!isHole(piece)) {
      yield encodeData(at, piece.length)
      yield piece
    }
    at += piece.length
  }
  yield encodeData(packed.bytes, 0)
}

/** Undefined for what there is nothing to make of: the root itself, and whiteouts, which have nothing below them here. */
function headOf({ header }: Entry): PackedEntry | undefined {
  const { name, linkname, type, mode, size, mtime, pax } = header
  const kind = kinds.get(type)
  if (kind === undefined)
    throw invalidOption('source', 'hold files, directories, links and named pipes', `${type} ${name}`)
  if (Object.keys(pax ?? {}).some((key) => key.startsWith('GNU.sparse.')))
    throw invalidOption('source', 'hold no sparse files', name)
  if (kind === entryKind.DIRECTORY && /^[./]*$/.test(name) && !name.includes('..') && name.startsWith('.'))
    return undefined
  const path = pathInside(name, 'source')
  if (/\u{FFFD}/u.test(path + (linkname ?? ''))) throw invalidOption('source', 'hold names that are UTF-8', name)
  if (path.slice(path.lastIndexOf('/') + 1).startsWith(whiteout)) return undefined
  const target = kind === packedKind.HARD_LINK ? pathInside(linkname ?? '', 'source') : (linkname ?? '')
  if (target.includes('\0')) throw invalidOption('source', 'hold links without NUL', name)
  return {
    ...plainEntry,
    kind,
    mode: mode & 0o7777,
    bytes: kind === entryKind.FILE ? size : 0,
    changed: Number.isFinite(mtime?.getTime()) ? mtime : new Date(0),
    path: Buffer.from(path),
    attributes:
      kind === entryKind.FILE || kind === entryKind.DIRECTORY ? keptOf(pax ?? {}, name) : plainEntry.attributes,
    target: kind === entryKind.LINK || kind === packedKind.HARD_LINK ? Buffer.from(target) : plainEntry.target,
  }
}

/** Capabilities of files, labels and access lists are left out. */
function keptOf(records: Readonly<Record<string, string>>, path: string): Attributes {
  const attributes = attributesOf(records, (rule, name) => {
    throw invalidOption('source', rule, name, { path })
  })
  if (encodeAttributes(attributes).length <= attributeBytesMax) return attributes
  throw invalidOption('source', `hold at most ${attributeBytesMax} bytes of extended attributes of a file`, 'more', {
    path,
  })
}

/** What tar-stream throws is the archive's fault; what the disk does is not. */
function toldOf(error: unknown): unknown {
  if (error instanceof SandboxError) return error
  const { code, message, syscall } = error as NodeJS.ErrnoException
  if (syscall !== undefined && code !== undefined) return error
  return invalidOption('source', `be a tar archive (${message})`, 'something else', { cause: error })
}
