import { readUint64, viewOf, writeUint32, writeUint64 } from '../supervisor/integers.ts'
import { collectedDataLayout, entryKind, packedEntryLayout, packedKind } from '../supervisor/protocol-files.ts'
import { attributeBytesMax } from '../supervisor/protocol-files.ts'
import { decodeAttributes, encodeAttributes, type Attributes } from './packed-attributes.ts'

/** An entry of a packed tree; a file is followed by its data. */
export interface PackedEntry {
  /** One of `entryKind` or `packedKind`. */
  readonly kind: number
  /** With the bits of 0o7000. */
  readonly mode: number
  readonly user: number
  readonly group: number
  readonly bytes: number
  readonly changed: Date
  readonly path: Buffer
  /** Where a link points; of a hard link the path of the other name. */
  readonly target: Buffer
  /** Extended attributes, by their names. */
  readonly attributes: Attributes
}

const nothing = Buffer.alloc(0)

/** What an entry is where nothing else is said. */
export const plainEntry: Omit<PackedEntry, 'kind'> = {
  ...{ mode: 0, user: 0, group: 0, bytes: 0, changed: new Date(0), path: nothing, target: nothing },
  attributes: new Map(),
}

/** As an init and a stub read it. */
export function encodePacked(entry: PackedEntry): Buffer {
  const { kind, mode, user, group, bytes, changed, path, target } = entry
  const attributes = encodeAttributes(entry.attributes)
  const head = Buffer.alloc(packedEntryLayout.size)
  const view = viewOf(head)
  const time = changed.getTime()
  const seconds = Math.floor(time / 1000)
  writeUint32(view, kind, packedEntryLayout.kind)
  writeUint32(view, mode, packedEntryLayout.mode)
  writeUint32(view, user, packedEntryLayout.user)
  writeUint32(view, group, packedEntryLayout.group)
  writeUint64(view, bytes, packedEntryLayout.bytes)
  view.setBigInt64(packedEntryLayout.changed_s, BigInt(seconds), true)
  writeUint32(view, (time - seconds * 1000) * 1_000_000, packedEntryLayout.changed_ns)
  writeUint32(view, path.length, packedEntryLayout.path_bytes)
  writeUint32(view, target.length, packedEntryLayout.target_bytes)
  writeUint32(view, attributes.length, packedEntryLayout.attribute_bytes)
  return Buffer.concat([head, path, target, attributes])
}

/** So many bytes of data from here on; none are the end of a file. */
export function encodeData(offset: number, bytes: number): Buffer {
  const head = Buffer.alloc(collectedDataLayout.size)
  writeUint64(viewOf(head), offset, collectedDataLayout.offset)
  writeUint64(viewOf(head), bytes, collectedDataLayout.bytes)
  return head
}

/** What ends a packed tree. */
export const packedEnd: Buffer = encodePacked({ ...plainEntry, kind: packedKind.END })

const textBytesMax = 4096

/** Reads a packed tree as it comes. What is not as the protocol has it throws a RangeError. */
export class PackedReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  #rest: Buffer = nothing

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  /** The next entry; undefined behind the last one. The data of the one before has been read. */
  async next(): Promise<PackedEntry | undefined> {
    const view = viewOf(await this.#exactly(packedEntryLayout.size))
    const number = (offset: number): number => view.getUint32(offset, true)
    const kind = number(packedEntryLayout.kind)
    if (kind === packedKind.END) return undefined
    const seconds = Number(view.getBigInt64(packedEntryLayout.changed_s, true))
    const pathBytes = number(packedEntryLayout.path_bytes)
    const targetBytes = number(packedEntryLayout.target_bytes)
    const attributeBytes = number(packedEntryLayout.attribute_bytes)
    if (attributeBytes > attributeBytesMax) throw new RangeError(`attributes of ${attributeBytes} bytes`)
    if (pathBytes > textBytesMax || targetBytes > textBytesMax)
      throw new RangeError(`a path of ${Math.max(pathBytes, targetBytes)} bytes`)
    return {
      kind,
      mode: number(packedEntryLayout.mode) & 0o7777,
      user: number(packedEntryLayout.user),
      group: number(packedEntryLayout.group),
      bytes: kind === entryKind.FILE ? readUint64(view, packedEntryLayout.bytes) : 0,
      changed: new Date(seconds * 1000 + Math.floor(number(packedEntryLayout.changed_ns) / 1_000_000)),
      path: await this.#exactly(pathBytes),
      target: await this.#exactly(targetBytes),
      attributes: decodeAttributes(await this.#exactly(attributeBytes)),
    }
  }

  /** The content of a file of so many bytes, its holes as zeros. */
  async *content(bytes: number): AsyncGenerator<Buffer> {
    let at = 0
    for (;;) {
      const view = viewOf(await this.#exactly(collectedDataLayout.size))
      const offset = readUint64(view, collectedDataLayout.offset)
      let left = readUint64(view, collectedDataLayout.bytes)
      if (offset < at || offset + left > bytes) throw new RangeError(`data from ${offset} to ${offset + left}`)
      yield* zeros(offset - at)
      at = offset + left
      if (left === 0) break
      while (left > 0) {
        const piece = await this.#some(left)
        left -= piece.length
        yield piece
      }
    }
    yield* zeros(bytes - at)
  }

  async #some(bytesMax: number): Promise<Buffer> {
    if (this.#rest.length === 0) {
      const next: IteratorResult<Uint8Array, unknown> = await this.#chunks.next()
      if (next.done === true) throw new RangeError('what was packed is cut off')
      const { buffer, byteOffset, byteLength } = next.value
      this.#rest = Buffer.from(buffer, byteOffset, byteLength)
    }
    const piece = this.#rest.subarray(0, bytesMax)
    this.#rest = this.#rest.subarray(piece.length)
    return piece
  }

  async #exactly(bytes: number): Promise<Buffer> {
    const pieces: Buffer[] = []
    for (let left = bytes; left > 0;) {
      const piece = await this.#some(left)
      pieces.push(piece)
      left -= piece.length
    }
    return Buffer.concat(pieces)
  }
}

const hole = Buffer.alloc(64 * 1024)

function* zeros(bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= hole.length) yield hole.subarray(0, Math.min(left, hole.length))
}

/** Whether it is all zeros, as a hole is. */
export function isHole(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += hole.length) {
    const part = bytes.subarray(at, at + hole.length)
    if (hole.compare(part, 0, part.length, 0, part.length) !== 0) return false
  }
  return true
}
