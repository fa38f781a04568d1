import { crc32 } from 'node:zlib'

const [fileMode, linkMode] = [0o100644, 0o120777]

/** A file of an archive, and whether it is said to be a link. */
interface Entry {
  readonly content: Uint8Array
  readonly isLink?: true
}

/** An archive of files that are not compressed. */
export function zipOf(entries: Readonly<Record<string, Entry | string>>): Buffer {
  const [bodies, directory]: [Buffer[], Buffer[]] = [[], []]
  let offset = 0
  for (const [name, entry] of Object.entries(entries)) {
    const { content, isLink: link } =
      typeof entry === 'string' ? { content: Buffer.from(entry), isLink: undefined } : entry
    const [path, sum] = [Buffer.from(name), crc32(content)]
    const common = fields([20, 2], [0, 2], [0, 2], [0, 4], [sum, 4], [content.length, 4], [content.length, 4])
    const body = [fields([0x04034b50, 4]), common, fields([path.length, 2], [0, 2]), path, Buffer.from(content)]
    const mode = (link === true ? linkMode : fileMode) * 2 ** 16
    const rest = fields([path.length, 2], [0, 2], [0, 2], [0, 2], [0, 2], [mode, 4], [offset, 4])
    directory.push(fields([0x02014b50, 4], [(3 << 8) | 20, 2]), common, rest, path)
    bodies.push(...body)
    offset += Buffer.concat(body).length
  }
  const [listed, count] = [Buffer.concat(directory), Object.keys(entries).length]
  const end = fields([0x06054b50, 4], [0, 2], [0, 2], [count, 2], [count, 2], [listed.length, 4], [offset, 4], [0, 2])
  return Buffer.concat([...bodies, listed, end])
}

/** Numbers of so many bytes, the lowest first. */
function fields(...numbers: readonly (readonly [number, number])[]): Buffer {
  return Buffer.concat(
    numbers.map(([value, byteCount]) => {
      const bytes = Buffer.alloc(byteCount)
      bytes.writeUIntLE(value, 0, byteCount)
      return bytes
    }),
  )
}
