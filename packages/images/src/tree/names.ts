import { nameBytesMax, pathBytesMax } from '../bounds.ts'
import { refusal } from '../refusal.ts'

/**
 * The parts of a path in an archive; an absolute one starts at the image's root as well. Throws where a part is `..`,
 * which no honest archive has, or where a name is none.
 */
export function pathParts(path: string): readonly string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.includes('..')) throw refusal('have paths without `..`', path)
  if (/[\0\u{FFFD}]/u.test(path)) throw refusal('have names that are UTF-8, without NUL', path)
  if (Buffer.byteLength(path) > pathBytesMax)
    throw refusal(`have paths of at most ${pathBytesMax} bytes`, Buffer.byteLength(path))
  const long = parts.find((part) => Buffer.byteLength(part) > nameBytesMax)
  if (long !== undefined) throw refusal(`have names of at most ${nameBytesMax} bytes`, long)
  return parts
}
