import { isUtf8 } from 'node:buffer'
import { viewOf, writeUint32 } from '../supervisor/integers.ts'
import { packedAttributeLayout } from '../supervisor/protocol-files.ts'

/** Extended attributes, by their names. */
export type Attributes = ReadonlyMap<string, Buffer>

/** Whether it is one that a layer keeps: a user's, and no mark of an overlay's (xattr(7)). */
function isKept(name: string): boolean {
  return name.startsWith('user.') && !name.startsWith('user.overlay.')
}

/** As an init and a stub read them. */
export function encodeAttributes(attributes: Attributes): Buffer {
  const pieces: Buffer[] = []
  for (const [name, value] of attributes) {
    const text = Buffer.from(name)
    const head = Buffer.alloc(packedAttributeLayout.size)
    writeUint32(viewOf(head), text.length, packedAttributeLayout.name_bytes)
    writeUint32(viewOf(head), value.length, packedAttributeLayout.value_bytes)
    pieces.push(head, text, value)
  }
  return Buffer.concat(pieces)
}

/** What is not as the protocol has it throws a RangeError; names that are not UTF-8 are left out. */
export function decodeAttributes(section: Buffer): Attributes {
  const attributes = new Map<string, Buffer>()
  for (let at = 0; at < section.length;) {
    if (section.length - at < packedAttributeLayout.size) throw new RangeError('attributes that are cut off')
    const nameBytes = section.readUint32LE(at + packedAttributeLayout.name_bytes)
    const valueBytes = section.readUint32LE(at + packedAttributeLayout.value_bytes)
    const start = at + packedAttributeLayout.size
    at = start + nameBytes + valueBytes
    if (at > section.length) throw new RangeError('attributes that are cut off')
    const name = section.subarray(start, start + nameBytes)
    if (isUtf8(name)) attributes.set(name.toString(), section.subarray(start + nameBytes, at))
  }
  return attributes
}

const star = 'SCHILY.xattr.'
const libarchive = 'LIBARCHIVE.xattr.'

/**
 * As records of a tar archive: as libarchive writes them, in base64, and what is text also as GNU tar and star do. A
 * record is text to those that read it, so that only the first way keeps every value.
 */
export function recordsOf(attributes: Attributes): Readonly<Record<string, string>> {
  const records: Record<string, string> = {}
  for (const [name, value] of attributes) {
    records[`${libarchive}${encodeURIComponent(name)}`] = value.toString('base64').replace(/=+$/, '')
    // The name of a record ends at its first `=`.
    if (isUtf8(value) && !name.includes('=')) records[`${star}${name}`] = value.toString()
  }
  return records
}

/** Those of the kept attributes that an archive's records tell; `refuse` throws for what cannot be kept as it was. */
export function attributesOf(
  records: Readonly<Record<string, string>>,
  refuse: (rule: string, name: string) => never,
): Attributes {
  const attributes = new Map<string, Buffer>()
  for (const [key, value] of Object.entries(records)) {
    if (!key.startsWith(libarchive)) continue
    const name = decoded(key.slice(libarchive.length))
    if (name !== undefined && isKept(name)) attributes.set(name, Buffer.from(value, 'base64'))
  }
  for (const [key, value] of Object.entries(records)) {
    const name = key.startsWith(star) ? key.slice(star.length) : ''
    if (!isKept(name) || attributes.has(name)) continue
    if (value.includes('\u{FFFD}')) refuse('hold extended attributes that are text, or as libarchive writes them', name)
    attributes.set(name, Buffer.from(value))
  }
  return attributes
}

function decoded(name: string): string | undefined {
  try {
    return decodeURIComponent(name)
  } catch {
    return undefined
  }
}
