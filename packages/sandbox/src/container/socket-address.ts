import { viewOf } from '../supervisor/integers.ts'
import { plainText } from './plain-text.ts'
import { familyName } from './violation-words.ts'

const [unix, inet, inet6] = [1, 2, 10] as const

/** A struct sockaddr in words, as far as it was read: `inet 93.184.216.34:443`, `inet6 [::1]:80`. */
export function socketAddress(bytes: Buffer): string {
  if (bytes.length < 2) return '?'
  const view = viewOf(bytes)
  const family = view.getUint16(0, true)
  if (family === inet && bytes.length >= 8) return `inet ${bytes.subarray(4, 8).join('.')}:${view.getUint16(2)}`
  if (family === inet6 && bytes.length >= 24) return `inet6 [${inet6Address(view)}]:${view.getUint16(2)}`
  if (family === unix) return `unix ${plainText(bytes.subarray(2))}`
  return familyName(family)
}

/** RFC 5952: the longest run of zeros, of two groups at least, is left out. */
function inet6Address(view: DataView): string {
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(8 + 2 * index))
  let longest = { start: 0, length: 1 }
  for (let start = 0; start < groups.length; start++) {
    const end = groups.findIndex((group, index) => index >= start && group !== 0)
    const length = (end < 0 ? groups.length : end) - start
    if (length > longest.length) longest = { start, length }
  }
  const text = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':')
  if (longest.length < 2) return text(0, 8)
  return `${text(0, longest.start)}::${text(longest.start + longest.length, 8)}`
}
